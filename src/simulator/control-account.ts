/** The account as other processes see and steer it. */

import type { Account } from './account/account.js';
import type { PendingCode } from './account/codes.js';
import { ControlError, need } from './control-error.js';
import { isObject, type JsonObject } from './responses.js';

export function accountState(account: Account): JsonObject {
  const { appleId, dsid, country, region, partition, settings } = account;
  const code = account.pendingCode();
  return { appleId, dsid, country, region, partition, settings, ...codeMember(code) };
}

/** `{ code: { code, to } }`, where `to` is `device` or the phone's id. */
function codeMember(code: PendingCode | undefined): JsonObject {
  return code === undefined ? {} : { code: describeCode(code) };
}

export function describeCode({ code, to }: PendingCode): JsonObject {
  return { code, to: to === 'device' ? 'device' : to.id };
}

/** Replaces settings, deeply. Throws for a name that is no setting. */
export function changeSettings(account: Account, changes: JsonObject): void {
  merge(account.settings, changes, 'settings');
}

function merge(target: object, changes: JsonObject, where: string): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(target, name)) {
      throw new ControlError(400, `${where}.${name} is not a setting.`);
    }
    const current: unknown = Reflect.get(target, name);
    if (isObject(current) && isObject(value)) merge(current, value, `${where}.${name}`);
    // JSON has no undefined: null takes a setting back.
    else Reflect.set(target, name, value ?? undefined);
  }
}

const verbs: Readonly<Record<string, (account: Account, args: JsonObject) => unknown>> = {
  expireSession: (account) => {
    account.expireSession();
  },
  expireSessionToken: (account) => {
    account.expireSessionToken();
  },
  expireSignIns: (account) => {
    account.signIns.expire();
  },
  revokeTrust: (account) => {
    account.revokeTrust();
  },
  removeBrowser: (account) => {
    account.removeBrowser();
  },
  lock: (account, { status }) => {
    account.lock(status === 423 ? 423 : 403);
  },
  unlock: (account) => {
    account.unlock();
  },
  movePartition: (account, args) => {
    account.movePartition(need(args, 'partition', 'number'));
  },
  generateCode: (account) => account.generateCode(),
};

/** Does what a test would do by calling a method. Throws for a verb that does not exist. */
export function runAccountVerb(account: Account, verb: string, args: JsonObject): unknown {
  const run = verbs[verb];
  if (run === undefined) {
    throw new ControlError(404, `No such verb. Known: ${Object.keys(verbs).join(', ')}.`);
  }
  return run(account, args);
}
