import { createInterface } from 'node:readline';
import { cancelled } from '../errors/index.js';
import type { Host } from './host.js';

/** Asks on stderr and reads one line from stdin; `undefined` when stdin ends before a line. */
export function ask(
  host: Host,
  question: string,
  options: { readonly masked?: boolean; readonly signal?: AbortSignal } = {},
): Promise<string | undefined> {
  return options.masked === true && host.stdin.isTTY === true
    ? askMasked(host, question, options.signal)
    : askPlain(host, question, options.signal);
}

function askPlain(host: Host, question: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    host.stderr.write(question);
    const reader = createInterface({ input: host.stdin, terminal: false });
    let answer: string | undefined;
    const onAbort = () => {
      reader.close();
      reject(cancelled());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    reader.once('line', (line) => {
      answer = line;
      reader.close();
    });
    reader.once('close', () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(answer);
    });
  });
}

const ENTER = new Set(['\r', '\n']);
const ERASE = new Set(['\u007f', '\b']);
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Reads a line without showing it; Ctrl-C cancels. */
function askMasked(
  host: Host,
  question: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { stdin, stderr } = host;
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void) => {
      stdin.off('data', onData);
      signal?.removeEventListener('abort', onAbort);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onAbort = () => {
      finish(() => {
        reject(cancelled());
      });
    };
    const onData = (chunk: Buffer | string) => {
      for (const key of chunk.toString()) {
        if (ENTER.has(key)) {
          finish(() => {
            resolve(typed);
          });
          return;
        }
        if (key === CTRL_C) {
          onAbort();
          return;
        }
        if (key === CTRL_D && typed === '') {
          finish(() => {
            resolve(undefined);
          });
          return;
        }
        typed = ERASE.has(key) ? typed.slice(0, -1) : typed + key;
      }
    };
    // First the echo goes, then the question comes: whoever answers at once shows nothing either.
    stdin.setRawMode?.(true);
    stderr.write(question);
    stdin.resume();
    stdin.on('data', onData);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
