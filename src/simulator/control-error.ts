/** A request to the control endpoint that cannot be done, with the status to say so. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A member that a verb needs. */
export function need<Type extends 'string' | 'number'>(
  args: Readonly<Record<string, unknown>>,
  name: string,
  type: Type,
): Type extends 'string' ? string : number;
export function need(
  args: Readonly<Record<string, unknown>>,
  name: string,
  type: 'string' | 'number',
): unknown {
  const value = args[name];
  if (typeof value !== type) throw new ControlError(400, `${name} must be a ${type}.`);
  return value;
}
