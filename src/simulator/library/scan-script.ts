/** Things that happen while a client is in the middle of a listing. */

export interface ScanMoment {
  /** Record type of the listing, or `changes/zone`. */
  readonly index: string;
  /** Zone name; every zone when absent. */
  readonly zone?: string;
  /** After how many answered pages, counted from when the moment was written down. */
  readonly afterPage: number;
}

interface Pending extends ScanMoment {
  readonly action: () => void;
  seen: number;
}

export class ScanScript {
  private pending: Pending[] = [];

  /** Does something after a page of a listing was answered, and before the next is. */
  during(moment: ScanMoment, action: () => void): void {
    this.pending.push({ ...moment, action, seen: 0 });
  }

  pageAnswered(zone: string, index: string): void {
    const concerned = this.pending.filter(
      (one) => one.index === index && (one.zone ?? zone) === zone,
    );
    for (const one of concerned) one.seen += 1;
    const due = concerned.filter((one) => one.seen >= one.afterPage);
    this.pending = this.pending.filter((one) => !due.includes(one));
    for (const one of due) one.action();
  }
}
