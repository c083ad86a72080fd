import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openContext } from '../../../src/cli/context.js';
import { nodeHost } from '../../../src/cli/host.js';

it('SD-14: the password leaves the environment before any child could inherit it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kei-context-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const config = join(home, 'config.toml');
  await writeFile(config, '[auth]\nusername = "jane@example.com"\n');
  process.env['ICLOUD_PASSWORD'] = 'correct horse battery';
  onTestFinished(() => void Reflect.deleteProperty(process.env, 'ICLOUD_PASSWORD'));

  const { config: resolved } = await openContext({ ...nodeHost(), home }, { config });
  expect(resolved.auth.password).toMatchObject({ kind: 'direct' });
  const child = spawnSync(process.execPath, ['-e', 'console.log(process.env.ICLOUD_PASSWORD)']);
  expect(child.stdout.toString().trim()).toBe('undefined');
});
