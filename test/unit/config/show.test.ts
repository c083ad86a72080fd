import toml from '@iarna/toml';
import { describe, expect, it } from 'vitest';
import { showConfig } from '../../../src/config/show.js';
import { resolveGiven, unchecked } from './helpers.js';

const BARE = `[auth]

[download]
folder_structure = "%Y/%m/%d"
threads = 10

[download.retry]
per_transfer = 3

[filters]

[photos]

[server]
port = 9090
`;

describe('cli 2.8: config show', () => {
  it('prints the few settings that are always worth seeing', async () => {
    expect(showConfig(await resolveGiven())).toBe(BARE);
  });

  it('prints what differs, in the order of the dictionary', () => {
    const shown = showConfig(
      unchecked(
        `
        log_level = "debug"
        data_dir = "/data"
        [ui]
        progress_bar = false
        [watch]
        interval = 86400
        [filters]
        libraries = ["shared", "primary"]
        albums = ["zoo", "=all", "!Trip"]
        smart_folders = ["!Live"]
        recent = 1000
        skip_created_after = "2024-12-31"
        filename_exclude = []
        [download]
        directory = "~/Photos"
        bandwidth_limit = " 10M "
        folder_timezone = "host"
        [auth]
        username = "ann@x.com"
        domain = "com"
        password_file = "~/pw"
      `,
      ),
    );
    expect(shown).toBe(`[auth]
username = "ann@x.com"
password_file = "/home/ann/pw"

[download]
directory = "/home/ann/Photos"
folder_structure = "%Y/%m/%d"
folder_timezone = "host"
threads = 1
bandwidth_limit = "10M"

[download.retry]
per_transfer = 3

[filters]
libraries = ["all"]
albums = ["=all", "zoo", "!Trip"]
smart_folders = ["all", "!Live"]
recent = 1000
skip_created_after = "2024-12-31"

[photos]

[watch]
interval = 86400

[server]
port = 9090

[ui]
progress_bar = false
`);
  });

  it('an explicit list of all albums is not the default (cli 4.3)', () => {
    expect(showConfig(unchecked('[filters]\nalbums = ["all"]'))).toContain('albums = ["all"]');
    expect(showConfig(unchecked('[filters]\nalbums = []'))).not.toContain('albums');
  });

  it('prints no password and no flag of this run', async () => {
    const env = { ICLOUD_PASSWORD: 'hunter2', ICLOUD_USERNAME: 'ann@x.com' };
    const shown = showConfig(await resolveGiven({ env, toml: '[auth]\npassword_command = "c"' }));
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('username = "ann@x.com"');
    expect(showConfig(unchecked('', { recent: '5', progressBar: false }))).toBe(BARE);
  });

  it('quotes whatever a text holds', () => {
    const name = 'a"b\\c\t\u0001\u007fé';
    const shown = showConfig(
      unchecked(`[filters]\nalbums = [${JSON.stringify(name).replace('\u007f', '\\u007f')}]`),
    );
    expect(toml.parse(shown)).toMatchObject({ filters: { albums: [name] } });
  });

  it('what it prints means the same again', () => {
    const first = showConfig(
      unchecked('[filters]\nmedia = ["videos"]\nrecent = "30d"\n[photos]\nedited = true'),
    );
    expect(showConfig(unchecked(first))).toBe(first);
  });
});
