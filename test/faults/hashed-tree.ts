import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

interface Known {
  readonly stamp: string;
  readonly sha256: string;
}

/** A tree of small files that is hashed again and again: what did not change is not read again. */
export class HashedTree {
  readonly #root: string;
  readonly #known = new Map<string, Known>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Relative path to SHA-256 (hex) of every file. */
  read(): Map<string, string> {
    const found = new Map<string, string>();
    for (const path of this.#files()) found.set(relative(this.#root, path), this.#hash(path));
    return found;
  }

  #files(): string[] {
    try {
      return readdirSync(this.#root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    } catch {
      return [];
    }
  }

  #hash(path: string): string {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    const stamp = [ino, size, mtimeMs, ctimeMs].join();
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.sha256;
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    this.#known.set(path, { stamp, sha256 });
    return sha256;
  }
}
