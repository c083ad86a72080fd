import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { atTerminal, hasTerminal, type Answer } from '../support/terminal.js';
import { wantedFiles, World } from '../support/cli-world.js';

const CODE = /Code that came by .*: $/;

describe.skipIf(!hasTerminal())('at a terminal', () => {
  it('cli 9.2: three wrong codes are exit 3', async () => {
    const world = await World.open({ account: { twoFactor: { fixedCode: '123456' } } });
    const wrong: Answer = { at: CODE, type: '654321\r' };
    const { code, output } = await atTerminal(world.home, ['login'], [wrong, wrong, wrong]);
    expect(code, output).toBe(3);
    expect(output.match(/Code that came by/g)).toHaveLength(3);
    expect(output).toMatch(/^Error: /m);
  });

  it('cli 9.2: a wrong code, an empty line for another one, and the right code', async () => {
    const world = await World.open({ library: 'small:4', account: { twoFactor: {} } });
    const prompts: Answer[] = [
      { at: CODE, type: '000000\r' },
      { at: CODE, type: '\r' },
    ];
    // The code of the second push is known once it was asked for.
    const last = {
      at: CODE,
      get type() {
        return `${world.icloud.account.pendingCode()!.code}\r`;
      },
    };
    const { code, output } = await atTerminal(world.home, ['sync'], [...prompts, last]);
    expect(code, output).toBe(0);
    expect((await world.home.tree()).size).toBe(wantedFiles(world.library).size);
    expect((await world.sync()).code).toBe(0);
  });

  it('cli 8.1: the password is asked for, and not shown', async () => {
    const world = await World.open({ library: 'small:2' });
    const { code, output } = await atTerminal(
      world.home,
      ['sync'],
      [{ at: /Apple password for jane@example\.com: $/, type: `${world.home.password}\r` }],
      { ICLOUD_PASSWORD: '' },
    );
    expect(code, output).toBe(0);
    expect(output).not.toContain(world.home.password);
  });

  it('OB-35, OB-41, D18: a bar and lines for people, where a pipe gets JSON and no bar', async () => {
    const world = await World.open({ library: 'small:20' });
    world.icloud.faults.while('content', { kind: 'delay', ms: 60 });
    const { code, output } = await atTerminal(world.home, ['sync']);
    expect(code, output).toBe(0);
    expect(output).toContain('█');
    expect(output).toContain('── Summary ──');
    expect(output).not.toContain('"level":');
    const without = await atTerminal(world.home, ['sync', '--no-progress-bar']);
    expect(without.output).not.toMatch(/[█░]/);
    const piped = await world.sync();
    expect(piped.stdout).toBe('');
    for (const line of piped.stderr.trim().split('\n')) {
      expect(JSON.parse(line)).toHaveProperty('level');
    }
  });

  it('IN-71, case 130: reset state asks; only y will do', async () => {
    const world = await World.open({ library: 'small:1' });
    await world.sync();
    const question = /Are you sure\? \[y\/N\] $/;
    for (const type of ['\r', 'n\r', 'yes\r']) {
      const { code, output } = await atTerminal(
        world.home,
        ['reset', 'state'],
        [{ at: question, type }],
      );
      expect({ code, cancelled: output.includes('Cancelled.') }).toEqual({
        code: 0,
        cancelled: true,
      });
    }
    expect(existsSync(world.home.statePath)).toBe(true);
    const { code, output } = await atTerminal(
      world.home,
      ['reset', 'state'],
      [{ at: question, type: 'Y\r' }],
    );
    expect(code).toBe(0);
    expect(output).toContain('State database deleted.');
    expect(existsSync(world.home.statePath)).toBe(false);
  });

  it('SD-6: Ctrl-C at the prompt for a code ends kei at once', async () => {
    const world = await World.open({ account: { twoFactor: {} } });
    const started = performance.now();
    const { code, output } = await atTerminal(
      world.home,
      ['login'],
      [{ at: CODE, type: '\u0003' }],
    );
    expect([0, 130]).toContain(code);
    expect(output).not.toMatch(/\n\s+at /);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
