import { describe, expect, it } from 'vitest';
import { downloadConfigHash, enumConfigHash } from '../../../src/config/fingerprint.js';
import type { ConfigFlags } from '../../../src/config/types.js';
import { unchecked } from './helpers.js';

function hashes(toml: string, flags: ConfigFlags = {}): [string, string] {
  const { config } = unchecked(toml, flags);
  return [enumConfigHash(config), downloadConfigHash(config)];
}

const [ENUM, DOWNLOAD] = hashes('');

describe('engine 2.1: what the hashes see', () => {
  it('has not changed: a new value here makes every user enumerate everything once', () => {
    expect([ENUM, DOWNLOAD]).toEqual(['f128fc09ff0a3aac', '94b428b3ce6f56cb']);
    expect(
      hashes(`
        [download]
        directory = "/photos"
        folder_structure = "%Y"
        [filters]
        filename_exclude = ["*.mov", "*.aae"]
        media = ["photos"]
        recent = "30d"
        skip_created_after = "2024-12-31"
        [photos]
        edited = true
      `),
    ).toEqual(['53f6f3f3bd89b514', 'fb559bfe03ba9510']);
  });

  it.each([
    // Both.
    ['[photos]\nresolution = "medium"', true, true],
    ['[photos]\nlive_resolution = "medium"', true, true],
    ['[photos]\nedited = true', true, true],
    ['[photos]\nalternative = true', true, true],
    ['[photos]\nraw_policy = "prefer-raw"', true, true],
    ['[photos]\nforce_resolution = true', true, true],
    ['[photos]\nlive_photo_mode = "skip"', true, true],
    ['[filters]\nmedia = ["photos"]', true, true],
    ['[filters]\nfilename_exclude = ["a"]', true, true],
    ['[filters]\nskip_created_before = "30d"', true, true],
    ['[filters]\nskip_created_after = "2024-01-01"', true, true],
    // Enumeration only.
    ['[filters]\nunfiled = false', true, false],
    // Download only.
    ['[download]\ndirectory = "/p"', false, true],
    ['[download]\nfolder_structure = "%Y"', false, true],
    ['[download]\nfolder_structure_albums = "%Y"', false, true],
    ['[download]\nfolder_structure_smart_folders = "%Y"', false, true],
    ['[download]\nfolder_timezone = "host"', false, true],
    ['[download]\nverify_apple_checksum = false', false, true],
    ['[download]\nalbum_folders = "nested"', false, true],
    ['[photos]\nfile_match_policy = "name-id7"', false, true],
    ['[photos]\nlive_photo_mov_filename_policy = "original"', false, true],
    ['[photos]\nkeep_unicode_in_filenames = true', false, true],
    ['[filters]\nrecent = 5', false, true],
    ['[filters]\nrecent = 5\nrecent_scope = "per-filter"', false, true],
    // Neither.
    ['[download]\nduplicates = "copy"', false, false],
    ['[download]\nthreads = 2\ntemp_suffix = ".x"\n[download.retry]\nper_asset = 1', false, false],
    ['[filters]\nlibraries = ["all"]\nalbums = ["x"]\nsmart_folders = ["all"]', false, false],
    ['[metadata]\nxmp_sidecar = true\n[notifications]\nscript = "/x"', false, false],
  ])('%s changes enum: %s, download: %s', (toml, enumChanges, downloadChanges) => {
    const [enumHash, downloadHash] = hashes(toml);
    expect([enumHash !== ENUM, downloadHash !== DOWNLOAD]).toEqual([enumChanges, downloadChanges]);
  });

  it('D65: flags of one run change nothing', () => {
    const toml = '[filters]\nrecent = 5\nskip_created_after = "2024-01-01"';
    const flags = {
      recent: '7',
      recentScope: 'per-filter',
      skipCreatedBefore: '3d',
      skipCreatedAfter: '1d',
    };
    expect(hashes(toml, flags)).toEqual(hashes(toml));
    expect(hashes('', flags)).toEqual([ENUM, DOWNLOAD]);
  });

  it('the order of excludes and media does not matter', () => {
    expect(
      hashes('[filters]\nfilename_exclude = ["a", "b"]\nmedia = ["videos", "photos"]'),
    ).toEqual(hashes('[filters]\nfilename_exclude = ["b", "a"]\nmedia = ["photos", "videos"]'));
  });
});
