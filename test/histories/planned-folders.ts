import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Content } from '../../src/simulator/library/content.js';
import type { ExpectedTree } from '../support/selection-oracle.js';

/**
 * Where runs may have put files: what a first sync would have made when one was under way, and where
 * the same thing was planned before under an earlier name of its album, also there (D31).
 */
export class PlannedFolders {
  readonly #wanted = new Set<string>();
  /** Folders by place, asset and role. */
  readonly #planned = new Map<string, Set<string>>();
  /** By folder and SHA-256, the folders that may have it instead. */
  readonly #others = new Map<string, Set<string>>();

  /** Names that albums had since the run began: it knows those that it has read. */
  readonly #names = new Map<string, Set<string>>();

  beginRun(): void {
    this.#names.clear();
  }

  /** A run that goes on now may plan this. */
  note(tree: ExpectedTree, albums: ReadonlyMap<string, string>): void {
    for (const [id, name] of albums) {
      this.#names.set(id, (this.#names.get(id) ?? new Set()).add(name));
    }
    for (const [path, { resource, owners }] of tree) {
      const sha256 = shaOf(resource.content);
      const here = placed(dirname(path), sha256);
      const others = this.#others.get(here) ?? new Set();
      this.#others.set(here, others);
      for (const owner of owners) {
        const key = `${owner.place} ${owner.file}`;
        const folders = (this.#planned.get(key) ?? new Set<string>()).add(dirname(path));
        this.#planned.set(key, folders);
        for (const name of this.#names.get(owner.place) ?? []) folders.add(name);
        for (const folder of folders) {
          others.add(folder);
          this.#wanted.add(placed(folder, sha256));
        }
      }
    }
  }

  isWanted(folder: string, sha256: string): boolean {
    return this.#wanted.has(placed(folder, sha256));
  }

  /** Folders that may hold a file of this folder instead. */
  othersOf(folder: string, sha256: string): readonly string[] {
    return [...(this.#others.get(placed(folder, sha256)) ?? [])];
  }
}

/** One text for bytes in a folder. */
export function placed(folder: string, sha256: string): string {
  return `${folder === '.' ? '' : folder}\n${sha256}`;
}

const hashes = new WeakMap<Content, string>();

function shaOf(content: Content): string {
  const known = hashes.get(content);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  const bytes = content.bytes();
  for (const part of bytes.read(0, bytes.size)) hash.update(part);
  const sha = hash.digest('hex');
  hashes.set(content, sha);
  return sha;
}
