import type { FaultAction } from './fault-actions.js';
import { inScope, type FaultScope } from './fault-scope.js';
import { countKey, isDue, type FaultTiming } from './fault-timing.js';
import type { Now, RequestLabels, SimRequest, SiteName } from './http-io.js';
import type { SeededRandom } from './seeded-random.js';

/** One thing that goes wrong: where, when, and what. Plain data; JSON can carry it. */
export interface FaultSpec {
  readonly name?: string;
  readonly when?: FaultScope;
  readonly timing?: FaultTiming;
  readonly action: FaultAction;
}

/** A fault in force. `matched` counts requests in scope, `fired` those that were hit. */
export interface Fault extends FaultSpec {
  readonly id: string;
  readonly matched: number;
  readonly fired: number;
}

interface FaultRecord {
  readonly id: string;
  readonly spec: FaultSpec;
  readonly since: number;
  readonly counts: Map<string, number>;
  matched: number;
  fired: number;
}

/** The faults in force. Several may hit one request; they act in the order they were added. */
export class Faults {
  private readonly records = new Map<string, FaultRecord>();
  private readonly now: Now;
  private readonly random: SeededRandom;
  private nextId = 1;

  constructor(now: Now, random: SeededRandom) {
    this.now = now;
    this.random = random;
  }

  /** Returns the id under which the fault can be looked at and removed. */
  add(spec: FaultSpec): string {
    const id = spec.name ?? `fault-${this.nextId++}`;
    if (this.records.has(id)) throw new Error(`A fault named ${id} is already in force.`);
    const record = { id, spec, since: this.now(), counts: new Map(), matched: 0, fired: 0 };
    this.records.set(id, record);
    return id;
  }

  /** Hits the next request in scope (or the next `count`), then never again. */
  next(scope: SiteName | FaultScope, action: FaultAction, count = 1): string {
    return this.add({ when: scopeOf(scope), timing: { first: count }, action });
  }

  /** Hits every request in scope until it is removed. */
  while(scope: SiteName | FaultScope, action: FaultAction): string {
    return this.add({ when: scopeOf(scope), action });
  }

  remove(id: string): boolean {
    return this.records.delete(id);
  }

  clear(): void {
    this.records.clear();
  }

  get(id: string): Fault | undefined {
    const record = this.records.get(id);
    return record && view(record);
  }

  list(): Fault[] {
    return [...this.records.values()].map(view);
  }

  /** Counts the request against every fault and returns those that hit it. */
  strike(request: SimRequest, labels: RequestLabels): Fault[] {
    const hits: Fault[] = [];
    for (const record of this.records.values()) {
      if (!inScope(record.spec.when ?? {}, request, labels)) continue;
      const timing = record.spec.timing ?? {};
      const key = countKey(timing, request, labels);
      const count = (record.counts.get(key) ?? 0) + 1;
      record.counts.set(key, count);
      record.matched += 1;
      if (!isDue(timing, count, this.now() - record.since, () => this.random.fraction())) continue;
      record.fired += 1;
      hits.push(view(record));
    }
    return hits;
  }
}

function scopeOf(scope: SiteName | FaultScope): FaultScope {
  return typeof scope === 'string' ? { site: scope } : scope;
}

function view(record: FaultRecord): Fault {
  return { ...record.spec, id: record.id, matched: record.matched, fired: record.fired };
}
