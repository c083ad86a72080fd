/** A browser in miniature: signs in to a simulated iCloud step by step, as the web client does. */

import { randomBytes } from 'node:crypto';
import type { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { raw, type RawAnswer } from './raw-client.js';
import { srpClient, type SrpInit } from './srp-client.js';

const widgetKey = 'd39ba9916b7251055b22c7f910e2ea796ee65e98b2ddecea8f5dde8d9d1a815d';

export interface Step extends RawAnswer {
  /** The body as JSON; `{}` when it is not. */
  readonly json: Record<string, unknown>;
}

export class TestBrowser {
  auth = 'https://idmsa.apple.com/appleauth/auth';
  setup = 'https://setup.icloud.com/setup/ws/1';
  scnt: string | undefined;
  sessionId: string | undefined;
  sessionToken: string | undefined;
  trustToken = '';
  padded = true;
  readonly cookies = new Map<string, string>();

  private readonly icloud: FakeICloud;
  private readonly password: string;
  private readonly appleId: string;

  constructor(icloud: FakeICloud, password?: string, appleId?: string) {
    this.icloud = icloud;
    this.password = password ?? icloud.account.password;
    this.appleId = appleId ?? icloud.account.appleId;
  }

  async call(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Step> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await raw(this.icloud.port, url, {
      method,
      headers: { ...headers, ...this.cookieHeader(url) },
      ...(text === undefined ? {} : { body: text }),
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) this.takeCookie(cookie);
    return { ...answer, json: parse(answer.body) };
  }

  async idmsa(
    method: string,
    path: string,
    body?: unknown,
    accept = 'application/json',
  ): Promise<Step> {
    const answer = await this.call(method, `${this.auth}${path}`, body, {
      Accept: accept,
      'Content-Type': 'application/json',
      'X-Apple-Widget-Key': widgetKey,
      'X-Apple-OAuth-Client-Id': widgetKey,
      'X-Apple-OAuth-State': 'auth-11111111-2222-4333-8444-555555555555',
      ...(this.scnt === undefined ? {} : { scnt: this.scnt }),
      ...(this.sessionId === undefined ? {} : { 'X-Apple-ID-Session-Id': this.sessionId }),
    });
    const header = (name: string): string | undefined => {
      const value = answer.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    this.scnt = header('scnt') ?? this.scnt;
    this.sessionId = header('x-apple-id-session-id') ?? this.sessionId;
    this.sessionToken = header('x-apple-session-token') ?? this.sessionToken;
    this.trustToken = header('x-apple-twosv-trust-token') ?? this.trustToken;
    return answer;
  }

  /** init and complete; resolves with the answer that ended it. */
  async signIn(): Promise<Step> {
    const srp = srpClient(randomBytes(32), this.padded);
    const accountName = this.appleId;
    const init = await this.idmsa('POST', '/signin/init', {
      a: srp.a,
      accountName,
      protocols: ['s2k', 's2k_fo'],
    });
    if (init.status !== 200) return init;
    const { c } = init.json;
    const { m1, m2 } = srp.prove(accountName, this.password, init.json as unknown as SrpInit);
    return await this.idmsa('POST', '/signin/complete?isRememberMeEnabled=true', {
      accountName,
      c,
      m1,
      m2,
      rememberMe: true,
      trustTokens: this.trustToken === '' ? [] : [this.trustToken],
    });
  }

  /** The second proof of the password. */
  async escrow(password = this.password): Promise<Step> {
    const srp = srpClient(randomBytes(32));
    const init = await this.idmsa('POST', '/escrow/init', {
      a: srp.a,
      accountName: '',
      protocols: ['s2k', 's2k_fo'],
    });
    const proof = srp.prove('', password, init.json as unknown as SrpInit);
    return await this.idmsa('POST', '/escrow/complete', { ...proof, c: init.json['c'] });
  }

  async push(): Promise<Step> {
    return await this.idmsa('PUT', '/verify/trusteddevice/securitycode');
  }

  async submit(code: string): Promise<Step> {
    const body = { securityCode: { code } };
    return await this.idmsa('POST', '/verify/trusteddevice/securitycode', body);
  }

  async sendSms(id: number): Promise<Step> {
    return await this.idmsa('PUT', '/verify/phone', { phoneNumber: { id }, mode: 'sms' });
  }

  async submitSms(id: number, code: string): Promise<Step> {
    const body = { phoneNumber: { id }, securityCode: { code }, mode: 'sms' };
    return await this.idmsa('POST', '/verify/phone/securitycode', body);
  }

  async trust(): Promise<Step> {
    return await this.idmsa('GET', '/2sv/trust');
  }

  async accountLogin(): Promise<Step> {
    return await this.call('POST', `${this.setup}/accountLogin`, {
      accountCountryCode: 'USA',
      dsWebAuthToken: this.sessionToken,
      extended_login: true,
      trustToken: this.trustToken,
    });
  }

  async validate(): Promise<Step> {
    return await this.call('POST', `${this.setup}/validate`, 'null');
  }

  /** Everything from the password to a trusted web session, with a device code. */
  async arrive(): Promise<Step> {
    await this.signIn();
    await this.push();
    await this.submit(this.icloud.account.pendingCode('device')?.code ?? '');
    await this.trust();
    return await this.accountLogin();
  }

  private cookieHeader(url: string): Record<string, string> {
    const { host } = new URL(url);
    const pairs = [...this.cookies]
      .filter(([key]) => host.endsWith(key.split(' ')[0] ?? ''))
      .map(([key, value]) => `${key.split(' ')[1] ?? ''}=${value}`);
    return pairs.length > 0 ? { Cookie: pairs.join('; ') } : {};
  }

  private takeCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const domain = (/Domain=\.?([^;]+)/i.exec(line)?.[1] ?? '').trim();
    if (value === '') this.cookies.delete(`${domain} ${name}`);
    else this.cookies.set(`${domain} ${name}`, value);
  }
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
