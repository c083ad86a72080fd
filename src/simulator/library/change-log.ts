/**
 * The change log of a zone: append-only, one place for each change of a record. A record that changed
 * again is reported at its newest place only, so a stretch of the log can be empty, as Apple's are.
 */

/** Names a record in the log. */
export type RecordRef =
  | { readonly kind: 'asset' | 'master'; readonly slot: number }
  | { readonly kind: 'album' | 'relation' | 'other'; readonly name: string }
  /** A record that was gone before anybody could see it. */
  | { readonly kind: 'tombstone'; readonly name: string };

interface Segment {
  readonly start: number;
  readonly length: number;
  /** The record at a place of the segment, or `undefined` where nothing is left of it. */
  readonly refAt: (offset: number) => RecordRef | undefined;
}

interface Entries extends Segment {
  readonly refs: RecordRef[];
}

export interface LoggedChange {
  readonly ref: RecordRef;
  readonly at: number;
}

/** One text for each record. */
export function refKey(ref: RecordRef): string {
  return 'slot' in ref ? `${ref.kind}/${ref.slot}` : `${ref.kind}/${ref.name}`;
}

export class ChangeLog {
  private readonly segments: Segment[] = [];
  private open: Entries | undefined;
  private readonly newest = new Map<string, number>();
  private end = 0;

  /** The position behind the last change. */
  get length(): number {
    return this.end;
  }

  /** Appends changes and returns the position of the first. */
  append(refs: readonly RecordRef[]): number {
    const first = this.end;
    if (!this.open) {
      const list: RecordRef[] = [];
      this.open = {
        start: first,
        get length() {
          return list.length;
        },
        refs: list,
        refAt: (offset) => list[offset],
      };
      this.segments.push(this.open);
    }
    for (const ref of refs) {
      this.open.refs.push(ref);
      this.newest.set(refKey(ref), this.end);
      this.end += 1;
    }
    return first;
  }

  /** Appends a stretch whose records are worked out when they are read. */
  appendStretch(length: number, refAt: (offset: number) => RecordRef | undefined): number {
    const start = this.end;
    this.segments.push({ start, length, refAt });
    this.open = undefined;
    this.end += length;
    return start;
  }

  /** The changes at positions `from` to `to` (exclusive) that no later change has replaced. */
  read(from: number, to: number): LoggedChange[] {
    const changes: LoggedChange[] = [];
    let index = this.segmentAt(from);
    for (let at = from; at < Math.min(to, this.end);) {
      const segment = this.segments[index];
      if (!segment) break;
      if (at >= segment.start + segment.length) {
        index += 1;
        continue;
      }
      const ref = segment.refAt(at - segment.start);
      if (ref && (this.newest.get(refKey(ref)) ?? at) === at) changes.push({ ref, at });
      at += 1;
    }
    return changes;
  }

  private segmentAt(position: number): number {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.segments[middle];
      if (segment && segment.start + segment.length <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
