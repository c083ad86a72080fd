import { describe, expect, it } from 'vitest';
import { isSystemDirectory } from '../../../src/config/validate.js';
import { CONFIG, configErrorOf, resolveGiven, type Given } from './helpers.js';

describe('cli 2.4: one value', () => {
  it.each([
    ['log_level = "loud"', 'log_level = "loud": must be "debug" or "info" or "warn" or "error".'],
    ['[auth]\nusername = ""', 'auth.username = "": must not be empty'],
    ['[auth]\nusername = "@"', 'auth.username = "@": must not be empty'],
    ['[auth]\npassword_file = ""', 'auth.password_file: must not be empty'],
    ['[auth]\ndomain = "us"', 'auth.domain = "us": must be "com" or "cn".'],
    ['[download]\nthreads = 0', 'download.threads = 0: must be a whole number from 1 to 64.'],
    ['[download]\nthreads = 65', 'download.threads = 65: must be'],
    [
      '[download]\nthreads = "4"',
      'download.threads = "4": must be a whole number from 1 to 64, without quotes.',
    ],
    [
      '[download]\nthreads = 9223372036854775807',
      'download.threads = 9223372036854775807: must be',
    ],
    ['[download]\nthreads = 1.5', 'download.threads = 1.5: must be'],
    ['[download.retry]\nper_transfer = 101', 'download.retry.per_transfer = 101: must be'],
    [
      '[download.retry]\nper_asset = -1',
      'download.retry.per_asset = -1: must be a whole number, at least 0.',
    ],
    [
      '[download]\ndirectory = 5',
      'download.directory = 5: must be a text; write one value, in quotes.',
    ],
    [
      '[download]\nbandwidth_limit = "0"',
      'download.bandwidth_limit = "0": allows less than one byte',
    ],
    [
      '[download]\ntemp_suffix = ".jpg"',
      'download.temp_suffix = ".jpg": ends like a finished file',
    ],
    ['[download]\nverify_apple_checksum = "yes"', 'must be true or false, without quotes.'],
    ['[download]\nfolder_timezone = "utc"', 'must be "capture" or "host".'],
    ['[filters]\nlibraries = "all"', 'filters.libraries = "all": must be a list of texts'],
    ['[filters]\nalbums = ["A", 1]', 'filters.albums = ["A",1]: must be a list of texts'],
    [
      '[filters]\nalbums = ["A", "A"]',
      'filters.albums = ["A","A"]: "A" is listed twice; remove one.',
    ],
    ['[filters]\nmedia = []', 'filters.media = []: must name at least one of'],
    ['[filters]\nmedia = ["photos", "photos"]', 'names the same thing twice.'],
    ['[filters]\nmedia = ["movies"]', '"movies" is not one of "photos", "videos", "live-photos".'],
    [
      '[filters]\nfilename_exclude = ["*.mov", "[a"]',
      'the pattern "[a" has a "[" without its "]".',
    ],
    ['[filters]\nrecent = 0', 'filters.recent = 0: would select nothing'],
    ['[filters]\nskip_created_before = 2024-01-01', 'write one value, in quotes.'],
    ['[filters]\nskip_created_after = "soon"', 'must be "2024-12-31", "2024-12-31T18:00:00" or'],
    ['[photos]\nresolution = "large"', 'photos.resolution = "large": must be "original" or'],
    ['[watch]\ninterval = 59', 'watch.interval = 59: must be a whole number from 60 to 86400.'],
    ['[server]\nbind = "localhost"', 'server.bind = "localhost": must be an IP address'],
    ['[server]\nport = 65536', 'server.port = 65536: must be a whole number from 0 to 65535.'],
    ['download = 3', 'download must be a table: write [download] above its keys.'],
    ['auth = ["x"]', 'auth must be a table'],
    ['[data_dir]\nx = 1', 'data_dir = { … }: must be a text'],
  ])('%s', async (toml, message) => {
    const error = await configErrorOf({ toml });
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ kind: 'config', code: 'CONFIG_INVALID_VALUE' });
  });

  it('D21: says key, value, file and line', async () => {
    const error = await configErrorOf({ toml: '[download]\n# many\nthreads = 99\n' });
    expect(error.message).toBe(
      `download.threads = 99: must be a whole number from 1 to 64. (${CONFIG}, line 3)`,
    );
    expect(error.facts).toMatchObject({ key: 'download.threads', line: 3, path: CONFIG });
  });

  it('refuses a wrong value even where a stronger source overrides it', async () => {
    const error = await configErrorOf({ toml: 'log_level = "loud"', flags: { logLevel: 'warn' } });
    expect(error.code).toBe('CONFIG_INVALID_VALUE');
  });

  it('names the variable or flag that is wrong', async () => {
    const env = await configErrorOf({ env: { KEI_LOG_LEVEL: 'loud' } });
    expect(env).toMatchObject({ kind: 'config' });
    expect(env.message).toContain('KEI_LOG_LEVEL = "loud": must be');
    const flag = await configErrorOf({ flags: { recent: '0' } });
    expect(flag.message).toContain('--recent = "0": would select nothing');
  });

  it('D3: a mistake on the command line alone is a usage error', async () => {
    expect((await configErrorOf({ flags: { recent: 'x' } })).kind).toBe('usage');
    expect((await configErrorOf({ flags: { recent: 'x' }, toml: 'nonsense = 1' })).kind).toBe(
      'config',
    );
  });

  it.each([
    ['folder_structure = "{album}"', 'download.folder_structure = "{album}": {album} belongs in'],
    ['folder_structure = "%Y/{library}"', '{library} must be the whole first folder.'],
    [
      'folder_structure_albums = "%!"',
      'download.folder_structure_albums = "%!": "%!" is not a date',
    ],
    ['folder_structure_albums = "{smart-folder}"', '{smart-folder} belongs in'],
    ['folder_structure_smart_folders = "%Y/%m/{smart-folder}"', 'must be in the first folder'],
  ])('cli 5.3, 5.4: a template that cannot be: %s', async (line, message) => {
    const error = await configErrorOf({ toml: `[download]\n${line}` });
    expect(error.message).toContain(message);
    expect(error.message.match(/ = "/g)).toHaveLength(1);
    expect(error.problems).toHaveLength(1);
  });

  it('lists all problems of all sources in one error', async () => {
    const error = await configErrorOf({
      toml: 'unheard = 1\n[download]\nthreads = 0\ndirectory = "/etc"\n[filters]\nalbums = ["", "="]\n',
      env: { KEI_LOG_LEVEL: 'loud' },
      flags: { recent: '1w' },
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.problems.map(({ key, line }) => [key, line])).toEqual([
      ['unheard', 1],
      ['filters.recent', undefined],
      ['log_level', undefined],
      ['download.threads', 3],
      ['filters.albums', 6],
      ['filters.albums', 6],
      ['download.directory', 4],
    ]);
    expect(error.message.split('\n')[0]).toBe(`The configuration ${CONFIG} has 7 problems:`);
    expect(error.message).toContain('\n  line 3: download.threads = 0: must be');
  });
});

describe('cli 2.2, 2.6: unknown keys', () => {
  it.each([
    [
      '[download]\nthread = 1',
      'download.thread is not a known key: did you mean download.threads?',
    ],
    ['[downlaod]\nthreads = 1', 'downlaod is not a known table: did you mean download?'],
    ['[filters]\nedited = true', 'filters.edited is not a known key: did you mean photos.edited?'],
    ['usernmae = "x"', 'remove it, or see kei.example.toml for every key.'],
    ['[auth]\nusernmae = "x"', 'did you mean auth.username?'],
    ['zzz = 1', 'zzz is not a known key: remove it, or see kei.example.toml'],
    ['[auth]\ncookie_directory = "x"', 'it is the top-level data_dir now.'],
    ['[download]\nthreads_num = 1', 'it is download.threads now.'],
    ['[download]\nno_progress_bar = true', 'it is ui.progress_bar now, with the opposite meaning.'],
    ['[download]\nembed_xmp = true', 'it is metadata.embed_xmp now.'],
    ['[download.retry]\ndelay = 1', 'remove it; the delay follows from'],
    ['[download.retry]\nmax_retries = 1', 'it is download.retry.per_transfer now.'],
    ['[filters]\nalbum = "x"', 'it is the list filters.albums now.'],
    ['[filters]\nexclude_albums = ["x"]', 'write filters.albums = ["!Album name"] instead.'],
    ['[filters]\nskip_videos = true', 'leave "videos" out of filters.media instead.'],
    ['[photos]\nsize = "original"', 'it is photos.resolution now'],
    ['[photos]\nalign_raw = "original"', 'it is photos.raw_policy now'],
    ['[photos]\nforce_size = true', 'it is photos.force_resolution now.'],
    ['[metrics]\nport = 1', 'the table is [server] now.'],
    ['[report]\nreport_json = "x"', 'it is report.json now.'],
    ['__proto__ = 1', '__proto__ is not a known key'],
    ['constructor = 1', 'constructor is not a known key: remove it'],
  ])('%s', async (toml, message) => {
    const error = await configErrorOf({ toml });
    expect(error.code).toBe('CONFIG_UNKNOWN_KEY');
    expect(error.message).toContain(message);
  });

  it('never repeats the value of an unknown key: it may be a misspelt password', async () => {
    const error = await configErrorOf({ toml: '[auth]\npasword = "hunter2"' });
    expect(error.message).not.toContain('hunter2');
  });
});

describe('cli 2.5: rules between keys', () => {
  const conflicts: [string, Given, RegExp][] = [
    [
      'two password sources in the file',
      { toml: '[auth]\npassword_file = "/f"\npassword_command = "c"' },
      /password_command: excludes auth.password_file/,
    ],
    [
      'a command on Windows',
      { toml: '[auth]\npassword_command = "c"', platform: 'win32' },
      /does not work on Windows/,
    ],
    [
      'a command flag on Windows',
      { flags: { passwordCommand: 'c' }, platform: 'win32' },
      /--password-command: does not work on Windows/,
    ],
    [
      'two password flags',
      { flags: { password: 'x', passwordFile: '/f' } },
      /--password and --password-file exclude each other/,
    ],
    [
      'nothing to download',
      { toml: '[photos]\nresolution = "none"' },
      /would download nothing; set photos.edited/,
    ],
    [
      'Live Photos only, and skipped',
      { toml: '[filters]\nmedia = ["live-photos"]\n[photos]\nlive_photo_mode = "skip"' },
      /while photos.live_photo_mode is "skip"/,
    ],
    [
      'days twice',
      { toml: '[filters]\nrecent = "5d"\nskip_created_before = "2024-01-01"' },
      /same as filters.skip_created_before/,
    ],
    [
      'days twice, by flag',
      { toml: '[filters]\nskip_created_before = "2024-01-01"', flags: { recent: '5d' } },
      /--recent = "5d": is the same/,
    ],
    ['scope alone', { toml: '[filters]\nrecent_scope = "global"' }, /needs filters.recent/],
    [
      'scope with days',
      { flags: { recent: '5d', recentScope: 'per-filter' } },
      /works with a count only/,
    ],
  ];
  it.each(conflicts)('%s', async (_name, given, message) => {
    const error = await configErrorOf(given);
    expect(error.code).toBe('CONFIG_CONFLICT');
    expect(error.message).toMatch(message);
  });

  it('an empty password flag is an error', async () => {
    const error = await configErrorOf({ flags: { password: '' } });
    expect(error.message).toContain('--password is empty');
  });

  it('a password in the file is refused, with advice, and never repeated', async () => {
    const toml = '[auth]\npassword = "hunter2"';
    const open = await configErrorOf({ toml, mode: 0o644 });
    expect(open).toMatchObject({ code: 'CONFIG_PASSWORD_IN_FILE', kind: 'config' });
    expect(open.message).toMatch(/ICLOUD_PASSWORD.*password_file.*password_command.*chmod 600/);
    expect(JSON.stringify([open.message, open.hint, open.facts, open.problems])).not.toContain(
      'hunter2',
    );
    const closed = await configErrorOf({ toml, mode: 0o600 });
    expect(closed.message).not.toContain('chmod');
  });

  it('a password command is not repeated in an error either', async () => {
    const error = await configErrorOf({
      toml: '[auth]\npassword_command = "curl -H token=hunter2"',
      platform: 'win32',
    });
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    '/',
    '//',
    '/bin',
    '/sbin/',
    '/usr',
    '/etc',
    '/etc/photos',
    '/dev',
    '/dev/shm/x',
    '/proc/1',
    '/sys/x',
    '/boot',
    '/lib',
    '/lib64',
    '/var/',
    '/root',
    '/usr/../etc/x',
    '/home/../',
  ])('D57: %s is no place for photos', async (directory) => {
    const error = await configErrorOf({ toml: `[download]\ndirectory = "${directory}"` });
    expect(error.message).toContain('belongs to the operating system');
  });

  it.each([
    '/usr/share/photos',
    '/var/photos',
    '/root/photos',
    '/home/ann',
    '/etcetera',
    '/devices',
    '/mnt',
  ])('cli 2.5: %s is one', (directory) => {
    expect(isSystemDirectory(directory)).toBe(false);
  });
});

describe('settings whose feature is not there yet', () => {
  it.each([
    '[metadata]\nxmp_sidecar = true',
    '[watch]\ninterval = 3600',
    '[report]\njson = "/r.json"',
    '[ui]\nfriendly = true',
  ])('%s is understood and refused', async (toml) => {
    const error = await configErrorOf({ toml });
    expect(error.code).toBe('CONFIG_NOT_BUILT');
    expect(error.message).toContain('is understood, but this version cannot do it yet');
  });

  it.each([
    '[filters]\nlibraries = ["primary"]\nalbums = ["none"]\nsmart_folders = ["none"]\nunfiled = true',
    '[filters]\nlibraries = []\nalbums = []\nsmart_folders = []\nfilename_exclude = []',
    '[filters]\nlibraries = ["all"]\nalbums = ["Trip", "!Old"]\nsmart_folders = ["all"]\nunfiled = false',
    '[filters]\nmedia = ["live-photos"]\nrecent = 5\nskip_created_after = "2024-01-01"',
    '[download]\nbandwidth_limit = "1M"',
    '[photos]\nlive_photo_mov_filename_policy = "original"\nkeep_unicode_in_filenames = true',
    '[photos]\nresolution = "none"\nedited = true\nraw_policy = "prefer-raw"',
    '[ui]\nfriendly = false\nprogress_bar = false\n[watch]\nnotify_systemd = false',
    '[download]\nfolder_timezone = "host"\nverify_apple_checksum = false\nthreads = 3\ntemp_suffix = ".x"',
    '[download]\nfolder_structure_albums = "{album}"\nalbum_folders = "flat"\nduplicates = "hardlink"',
  ])('%s asks for what is there', async (toml) => {
    await expect(resolveGiven({ toml })).resolves.toBeDefined();
  });

  it('a wrong value is told as wrong, not as missing', async () => {
    const error = await configErrorOf({
      toml: '[filters]\nrecent = "x"\n[metadata]\nembed_xmp = true',
    });
    expect(error.problems.map((problem) => problem.code)).toEqual(['CONFIG_INVALID_VALUE']);
  });
});

describe('warnings', () => {
  it('a relative download folder depends on where kei starts', async () => {
    const { warnings, config } = await resolveGiven({ toml: '[download]\ndirectory = "photos"' });
    expect(config.download.directory).toBe('/work-dir/photos');
    expect(warnings).toEqual([
      expect.stringContaining('download.directory = "photos" is relative'),
    ]);
  });

  it.each(['/photos', '~/photos'])('%s does not', async (directory) => {
    const { warnings } = await resolveGiven({ toml: `[download]\ndirectory = "${directory}"` });
    expect(warnings).toEqual([]);
  });
});
