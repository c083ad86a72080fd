/** Replaces secrets in every text that leaves the process (OB-37, D18). */
export interface Redactor {
  /** From now on `secret` never appears in redacted text; short strings are ignored. */
  register(secret: string): void;
  redact(text: string): string;
}

const MASK = '********';

/** A redactor without secrets yet. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    register: (secret) => {
      if (secret.length < 4) return;
      secrets.add(secret);
      // The same secret as it looks inside JSON text.
      secrets.add(JSON.stringify(secret).slice(1, -1));
    },
    redact: (text) => {
      let result = text;
      for (const secret of secrets) result = result.replaceAll(secret, MASK);
      return result;
    },
  };
}
