import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ChangeKind } from './change.js';
import type { ServerPlan } from './plan.js';

const SERVER = new URL('server.ts', import.meta.url).pathname;

/** A server in a process of its own, so that what it costs is not kei's. */
export interface BenchServer {
  readonly endpoint: string;
  /** Requests to CloudKit since the start. */
  cloudKitCalls(): Promise<number>;
  /** Requests for the bytes of a file since the start. */
  downloads(): Promise<number>;
  /** Lets a hundred things happen to the library; see `change.ts`. Answers how many files they ask for. */
  change(kind: ChangeKind): Promise<number>;
  /** Writes every original into a folder, under names of no meaning; answers how many. */
  writeTree(folder: string): Promise<number>;
  close(): void;
}

export async function serve(plan: ServerPlan): Promise<BenchServer> {
  const child = spawn(process.execPath, ['--import', 'tsx', SERVER, JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('The server ended.');
    return line.value;
  };
  const endpoint = await next();
  const ask = async (question: string): Promise<number> => {
    child.stdin.write(`${question}\n`);
    return Number(await next());
  };
  return {
    endpoint,
    cloudKitCalls: () => ask('calls'),
    downloads: () => ask('downloads'),
    writeTree: (folder) => ask(`tree ${folder}`),
    change: (kind) => ask(`change ${kind}`),
    close: () => {
      child.kill();
    },
  };
}
