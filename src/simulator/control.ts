/**
 * The endpoint on `control.localhost` by which other processes steer a simulator: faults, journal,
 * account and library, as JSON (docs/simulator.md).
 */

import type { Account } from './account/account.js';
import { accountState, changeSettings, runAccountVerb } from './control-account.js';
import { libraryState, runLibraryVerb } from './control-library.js';
import { ControlError } from './control-error.js';
import { parseFaults } from './fault-parse.js';
import type { Faults } from './faults.js';
import type { SimResponse } from './http-io.js';
import type { Journal } from './journal.js';
import type { SimLibrary } from './library/index.js';
import { json, objectIn } from './responses.js';
import type { ParsedRequest } from './sim-request.js';

interface Steered {
  readonly account: Account;
  readonly library: SimLibrary;
  readonly faults: Faults;
  readonly journal: Journal;
}

type Answer = (steered: Steered, request: ParsedRequest, rest: string) => unknown;

const answers: Readonly<Record<string, Answer>> = {
  'GET faults': ({ faults }) => faults.list(),
  'POST faults': ({ faults }, request) => {
    const ids = parseFaults(parse(request.body)).map((fault) => faults.add(fault));
    return { added: ids };
  },
  'DELETE faults': ({ faults }, _request, id) => {
    if (id === '') faults.clear();
    else if (!faults.remove(id)) throw new ControlError(404, `No fault is named ${id}.`);
    return {};
  },
  'GET journal': ({ journal }, request, part) => {
    if (part === 'summary') return { total: journal.total, tallies: journal.summary() };
    if (part === 'unhandled') return journal.unhandled;
    const since = Number(request.query.get('since') ?? 0);
    const limit = Number(request.query.get('limit') ?? 1000);
    return journal.filter((entry) => entry.seq > since).slice(-limit);
  },
  'DELETE journal': ({ journal }) => {
    journal.clear();
    return {};
  },
  'GET account': ({ account }) => accountState(account),
  'PATCH account': ({ account }, request) => {
    changeSettings(account, objectIn(request.body));
    return accountState(account);
  },
  'POST account': ({ account }, request, verb) => {
    return { result: runAccountVerb(account, verb, objectIn(request.body)) };
  },
  'GET library': ({ library }) => libraryState(library),
  'POST library': ({ library }, request, verb) => {
    return { result: runLibraryVerb(library, verb, objectIn(request.body)) };
  },
};

/** Answers requests to the control host; mistakes come back as a sentence in `error`. */
export function createControl(steered: Steered): (request: ParsedRequest) => SimResponse {
  return (request) => {
    const [first = '', ...rest] = request.path.split('/').filter((part) => part !== '');
    const answer = answers[`${request.method} ${first}`];
    if (answer === undefined) {
      return json(404, { error: `Unknown. Known: ${Object.keys(answers).join(', ')}.` });
    }
    try {
      const result = answer(steered, request, decodeURIComponent(rest.join('/')));
      return json(200, result ?? null);
    } catch (error) {
      const status = error instanceof ControlError ? error.status : 400;
      return json(status, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ControlError(400, 'The body is not JSON.');
  }
}
