import { KEYS, KEY_NAMES, type KeyName, type KeyValues } from './keys.js';
import type { PasswordSource, Provenance } from './types.js';
import type { ReadingContext } from './value-types.js';

/** One setting as a source gave it, not yet checked. */
export interface Entry {
  readonly key: KeyName;
  readonly raw: unknown;
  readonly origin: Provenance;
}

/** Everything that one source says. The direct password is no key of the file (cli 8.1). */
export interface Layer {
  readonly entries: readonly Entry[];
  readonly password?: Extract<PasswordSource, { kind: 'direct' }>;
}

/** Kinds of password source in their order within one layer (cli 8.1). */
const PASSWORD_KEYS = ['auth.password_command', 'auth.password_file'] as const;

/**
 * The layers laid over each other, the first one winning for each key; lists replace and never merge
 * (cli 2.3). What nobody sets, or sets wrongly, reads as its default.
 */
export class Settings {
  readonly #chosen = new Map<KeyName, Entry>();
  readonly #context: ReadingContext;
  readonly #direct: Layer['password'];

  constructor(layers: readonly Layer[], context: ReadingContext) {
    this.#context = context;
    const withPassword = layers.find(hasPassword);
    this.#direct = withPassword?.password;
    for (const layer of layers) {
      for (const entry of layer.entries) {
        if (isPasswordKey(entry.key) && entry !== passwordEntry(withPassword)) continue;
        if (!this.#chosen.has(entry.key)) this.#chosen.set(entry.key, entry);
      }
    }
  }

  origin(key: KeyName): Provenance {
    return this.#chosen.get(key)?.origin ?? { kind: 'default' };
  }

  isSet(key: KeyName): boolean {
    return this.#chosen.has(key);
  }

  /** The value as its source wrote it, for messages. */
  raw(key: KeyName): unknown {
    return this.#chosen.get(key)?.raw;
  }

  value<K extends KeyName>(key: K): KeyValues[K] {
    const entry = this.#chosen.get(key);
    if (entry === undefined) return KEYS[key].fallback;
    const reading = KEYS[key].type.read(entry.raw, this.#context);
    return reading.ok ? reading.value : KEYS[key].fallback;
  }

  /** Of every password source, the one that counts: the first layer's first kind (D8). */
  password(): PasswordSource | undefined {
    if (this.#direct !== undefined) return this.#direct;
    const command = this.value('auth.password_command');
    if (command !== undefined) {
      return { kind: 'command', command, origin: this.origin('auth.password_command') };
    }
    const path = this.value('auth.password_file');
    return path === undefined
      ? undefined
      : { kind: 'file', path, origin: this.origin('auth.password_file') };
  }

  /** The keys that some source sets, in the order of the dictionary. */
  keysSet(): KeyName[] {
    return KEY_NAMES.filter((key) => this.#chosen.has(key));
  }
}

function isPasswordKey(key: KeyName): boolean {
  return PASSWORD_KEYS.some((candidate) => candidate === key);
}

function hasPassword(layer: Layer): boolean {
  return layer.password !== undefined || layer.entries.some((entry) => isPasswordKey(entry.key));
}

/** The entry of the layer that is its password source, unless it gives the password itself. */
function passwordEntry(layer: Layer | undefined): Entry | undefined {
  if (layer === undefined || layer.password !== undefined) return undefined;
  const [first] = PASSWORD_KEYS.flatMap((key) => layer.entries.find((e) => e.key === key) ?? []);
  return first;
}
