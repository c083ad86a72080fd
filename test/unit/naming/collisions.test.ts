import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChosenRendition, PhotoOptions } from '../../../src/domain/index.js';
import {
  isCompanion,
  joinName,
  nameCandidates,
  nameRendition,
  type Choice,
  type ContentFacts,
  type Occupant,
} from '../../../src/naming/index.js';
import { pathKey } from '../../../src/platform/path-key.js';
import { chooseName } from '../../support/choose-name.js';
import { asset, defaultPhotos, rendition } from '../../support/assets.js';
import { illegality } from '../../support/names.js';

/** Two checksums of the scheme that hashes content alone, and one of another scheme. */
const HASH_A = 'AW2cWT2PxzWixMKuuNMTHJ8CJ3sH';
const HASH_B = 'AZd+AQ9qvicP0+wLaq3gabOnrU55';
const OTHER_SCHEME = 'gW2cWT2PxzWixMKuuNMTHJ8CJ3sH';

/** One still or MOV to be placed. */
interface Wish {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly checksum?: string | undefined;
  readonly role?: ChosenRendition['role'];
}

interface Entry {
  readonly owner: string | undefined;
  readonly facts: ContentFacts;
  readonly content: 'same' | 'different' | 'unknown';
}

/** A folder as the state and the disk know it, and the recorded names of what was placed there. */
class Folder {
  readonly entries = new Map<string, Entry>();
  readonly recorded = new Map<string, string>();
  private readonly options: PhotoOptions;
  private readonly ignoreCase: boolean;

  constructor(options: Partial<PhotoOptions> = {}, ignoreCase = false) {
    this.options = { ...defaultPhotos, ...options };
    this.ignoreCase = ignoreCase;
  }

  /** A file that no row knows. */
  untracked(name: string, sizeBytes: number, content: Entry['content'] = 'unknown'): this {
    const facts = { sizeBytes, checksum: undefined };
    this.entries.set(pathKey(name, this.ignoreCase), { owner: undefined, facts, content });
    return this;
  }

  /** Places a file as a sync does: a recorded name first (D31), else a choice that is recorded. */
  place(wish: Wish, stillName?: string): Choice {
    const role = wish.role ?? 'primary';
    const owner = `${wish.id}/${role}`;
    const known = this.recorded.get(owner);
    if (known !== undefined) return { kind: 'use', name: known };
    const one = rendition(
      role === 'live' ? 'live_original' : 'original',
      role === 'live' ? 'com.apple.quicktime-movie' : 'com.example.keeps-its-extension',
    );
    const named = nameRendition(
      asset({ fileName: wish.name, assetId: wish.id, masterId: wish.id }, [one]),
      { role, rendition: one, key: one.key },
      this.options,
      stillName,
    );
    const facts = { sizeBytes: wish.size, checksum: wish.checksum };
    const choice = chooseName(
      facts,
      nameCandidates(named, { role, sizeBytes: wish.size, assetId: wish.id }),
      (name) => this.look(name, owner),
      !isCompanion(role),
    );
    if (choice.kind !== 'share') {
      this.entries.set(pathKey(choice.name, this.ignoreCase), { owner, facts, content: 'same' });
    }
    this.recorded.set(owner, choice.name);
    return choice;
  }

  private look(name: string, owner: string): Occupant {
    const entry = this.entries.get(pathKey(name, this.ignoreCase));
    if (entry === undefined) return { kind: 'free' };
    if (entry.owner === owner) return { kind: 'own' };
    if (entry.owner !== undefined) return { kind: 'other', facts: entry.facts };
    return { kind: 'untracked', sizeBytes: entry.facts.sizeBytes, content: entry.content };
  }
}

describe('D9: the name is taken', () => {
  it.each<[string, Occupant, string]>([
    ['free', { kind: 'free' }, 'use IMG_1.JPG'],
    ['own', { kind: 'own' }, 'use IMG_1.JPG'],
    ['other asset, other size', other(100), 'use IMG_1-222.JPG'],
    ['other asset, same size', other(222), 'use IMG_1-REC1.JPG'],
    ['other asset, same size, other checksum', other(222, HASH_B), 'use IMG_1-REC1.JPG'],
    ['other asset, same checksum', other(222, HASH_A), 'share IMG_1.JPG'],
    ['other asset, same checksum, other size', other(223, HASH_A), 'use IMG_1-222.JPG'],
    ['untracked, other size', untracked(100), 'use IMG_1-222.JPG'],
    ['DL-61: untracked, same size', untracked(222), 'adopt IMG_1.JPG'],
    ['untracked, same size and bytes', untracked(222, 'same'), 'adopt IMG_1.JPG'],
    ['untracked, same size, other bytes', untracked(222, 'different'), 'use IMG_1-REC1.JPG'],
    ['a folder', untracked(-1, 'different'), 'use IMG_1-222.JPG'],
  ])('%s', (_situation, occupant, expected) => {
    const look = (name: string): Occupant => (name === 'IMG_1.JPG' ? occupant : { kind: 'free' });
    expect(choose(look)).toBe(expected);
  });

  it.each<[string, Readonly<Record<string, Occupant>>, string]>([
    [
      'DL-62: the size name is untracked and fits',
      { 'IMG_1.JPG': other(100), 'IMG_1-222.JPG': untracked(222) },
      'adopt IMG_1-222.JPG',
    ],
    [
      'the size name belongs to another asset',
      { 'IMG_1.JPG': other(100), 'IMG_1-222.JPG': other(222) },
      'use IMG_1-REC1.JPG',
    ],
    [
      'the size name holds the same bytes',
      { 'IMG_1.JPG': other(100), 'IMG_1-222.JPG': other(222, HASH_A) },
      'share IMG_1-222.JPG',
    ],
    [
      'the identity name is foreign too',
      { 'IMG_1.JPG': other(222), 'IMG_1-REC1.JPG': untracked(9) },
      'use IMG_1-REC1-2.JPG',
    ],
    [
      'so is the second',
      { 'IMG_1.JPG': other(222), 'IMG_1-REC1.JPG': untracked(9), 'IMG_1-REC1-2.JPG': other(3) },
      'use IMG_1-REC1-3.JPG',
    ],
    [
      'the identity name is ours already',
      { 'IMG_1.JPG': other(222), 'IMG_1-REC1.JPG': { kind: 'own' } },
      'use IMG_1-REC1.JPG',
    ],
    [
      'DL-66: a file that expects a suffix does not adopt the other asset’s bare name',
      { 'IMG_1.JPG': other(222), 'IMG_1-REC1.JPG': untracked(222) },
      'adopt IMG_1-REC1.JPG',
    ],
  ])('%s', (_situation, taken, expected) => {
    expect(choose((name) => taken[name] ?? { kind: 'free' })).toBe(expected);
  });

  it('proves equality by SHA-256 where both are known, else by a content checksum', () => {
    const facts = (checksum?: string, sha256?: string): ContentFacts => ({
      sizeBytes: 222,
      checksum,
      sha256,
    });
    const bare = (mine: ContentFacts, theirs: ContentFacts): Choice['kind'] =>
      chooseName(
        mine,
        nameCandidates(
          { stem: 'a', suffix: '', extension: '' },
          { role: 'primary', sizeBytes: 222, assetId: 'X' },
        ),
        (name) => (name === 'a' ? { kind: 'other', facts: theirs } : { kind: 'free' }),
        true,
      ).kind;
    expect(bare(facts(undefined, 'aa'), facts(undefined, 'aa'))).toBe('share');
    expect(bare(facts(HASH_A, 'aa'), facts(HASH_A, 'bb'))).toBe('use');
    expect(bare(facts(HASH_A, 'aa'), facts(HASH_A))).toBe('share');
    expect(bare(facts(OTHER_SCHEME), facts(OTHER_SCHEME))).toBe('use');
    expect(bare(facts(), facts())).toBe('use');
  });

  it('case 113, DL-64: an empty version never equals an existing empty file', () => {
    const empty = new Folder()
      .untracked('IMG_1.JPG', 0)
      .place({ id: 'A', name: 'IMG_1.JPG', size: 0 });
    expect(empty).toEqual({ kind: 'use', name: 'IMG_1-A.JPG' });
  });

  function choose(look: (name: string) => Occupant): string {
    const choice = chooseName(
      { sizeBytes: 222, checksum: HASH_A },
      nameCandidates(
        { stem: 'IMG_1', suffix: '', extension: '.JPG' },
        { role: 'primary', sizeBytes: 222, assetId: 'REC1' },
      ),
      look,
      true,
    );
    return `${choice.kind} ${choice.name}`;
  }

  function other(sizeBytes: number, checksum?: string): Occupant {
    return { kind: 'other', facts: { sizeBytes, checksum } };
  }

  function untracked(sizeBytes: number, content: Entry['content'] = 'unknown'): Occupant {
    return { kind: 'untracked', sizeBytes, content };
  }
});

describe('cases 98 to 113: whole folders', () => {
  const names = (folder: Folder, wishes: readonly Wish[]): readonly string[] =>
    wishes.map((wish) => folder.place(wish).name);

  it('98, 10.3: same name, other size', () => {
    const folder = new Folder();
    const wishes = [
      { id: 'A', name: 'IMG_DUP.JPG', size: 100_000 },
      { id: 'B', name: 'IMG_DUP.JPG', size: 200_000 },
    ];
    expect(names(folder, wishes)).toEqual(['IMG_DUP.JPG', 'IMG_DUP-200000.JPG']);
    expect(names(folder, wishes)).toEqual(['IMG_DUP.JPG', 'IMG_DUP-200000.JPG']);
  });

  it('10.3: the tree that icloudpd wrote is adopted whole', () => {
    const folder = new Folder().untracked('IMG_DUP.JPG', 100).untracked('IMG_DUP-200.JPG', 200);
    expect(folder.place({ id: 'A', name: 'IMG_DUP.JPG', size: 100 }).kind).toBe('adopt');
    expect(folder.place({ id: 'B', name: 'IMG_DUP.JPG', size: 200 })).toMatchObject({
      kind: 'adopt',
      name: 'IMG_DUP-200.JPG',
    });
  });

  it('99: same name, same size, two assets', () => {
    const folder = new Folder();
    const wishes = ['A', 'B'].map((id) => ({ id, name: 'IMG_1.JPG', size: 5 }));
    expect(names(folder, wishes)).toEqual(['IMG_1.JPG', 'IMG_1-B.JPG']);
    expect(names(folder, wishes)).toEqual(['IMG_1.JPG', 'IMG_1-B.JPG']);
  });

  it('100: the file is there, the state is empty', () => {
    const folder = new Folder().untracked('IMG_1.JPG', 5);
    expect(folder.place({ id: 'A', name: 'IMG_1.JPG', size: 5 }).kind).toBe('adopt');
    expect(folder.entries.size).toBe(1);
  });

  it('101: ten assets of one name and size', () => {
    const folder = new Folder();
    const wishes = Array.from({ length: 10 }, (_, n) => ({
      id: `R${n}`,
      name: 'IMG_0001.JPG',
      size: 7,
    }));
    const first = names(folder, wishes);
    expect(new Set(first).size).toBe(10);
    expect(first.slice(0, 3)).toEqual(['IMG_0001.JPG', 'IMG_0001-R1.JPG', 'IMG_0001-R2.JPG']);
    expect(names(folder, wishes)).toEqual(first);
  });

  it('102, D10: an asset id with slashes and plus signs', () => {
    const folder = new Folder();
    const wishes = ['A', 'Ab/c+d==', 'Ab_c-d=='].map((id) => ({ id, name: 'IMG_1.JPG', size: 5 }));
    expect(names(folder, wishes)).toEqual([
      'IMG_1.JPG',
      'IMG_1-Ab_c-d==.JPG',
      'IMG_1-Ab_c-d==-2.JPG',
    ]);
    expect(names(folder, wishes)[1]).toBe('IMG_1-Ab_c-d==.JPG');
  });

  it('103, example 24: the MOV keeps the stem of a suffixed still', () => {
    const folder = new Folder();
    folder.place({ id: 'A', name: 'IMG_0003.HEIC', size: 800 });
    folder.place({ id: 'A', name: 'IMG_0003.HEIC', size: 50, role: 'live' }, 'IMG_0003.HEIC');
    for (let sync = 0; sync < 3; sync += 1) {
      const still = folder.place({ id: 'B', name: 'IMG_0003.HEIC', size: 900 }).name;
      const mov = folder.place({ id: 'B', name: 'IMG_0003.HEIC', size: 60, role: 'live' }, still);
      expect([still, mov.name]).toEqual(['IMG_0003-900.HEIC', 'IMG_0003-900_HEVC.MOV']);
    }
  });

  it('DL-68, 104, D81: a video and a live companion of one name', () => {
    const folder = new Folder();
    const video = folder.place({ id: 'V', name: 'IMG_3.MOV', size: 5000 });
    const still = folder.place({ id: 'REC1', name: 'IMG_3.JPG', size: 90 });
    const mov = folder.place(
      { id: 'REC1', name: 'IMG_3.JPG', size: 700, role: 'live' },
      still.name,
    );
    expect([video.name, still.name, mov.name]).toEqual([
      'IMG_3.MOV',
      'IMG_3.JPG',
      'IMG_3-REC1.MOV',
    ]);
    const edited = folder.place({ id: 'REC1', name: 'IMG_3.JPG', size: 1, role: 'live-edited' });
    expect(edited.name).toBe('IMG_3_edited.MOV');
  });

  it('DL-68, 105: MOVs enabled later take the stem of the tracked still', () => {
    const folder = new Folder();
    folder.place({ id: 'A', name: 'IMG_1.HEIC', size: 5 });
    const still = folder.place({ id: 'B', name: 'IMG_1.HEIC', size: 5 }).name;
    const mov = folder.place({ id: 'B', name: 'IMG_1.HEIC', size: 3, role: 'live' }, still);
    expect(mov.name).toBe('IMG_1-B_HEVC.MOV');
  });

  it('106: names that differ only in case, where the file system ignores it', () => {
    const wishes = [
      { id: 'A', name: 'A.JPG', size: 5 },
      { id: 'B', name: 'a.jpg', size: 6 },
    ];
    expect(names(new Folder({}, true), wishes)).toEqual(['A.JPG', 'a-6.jpg']);
    expect(names(new Folder(), wishes)).toEqual(['A.JPG', 'a.jpg']);
  });

  it.each(['Shot 1.40.01 PM.PNG', 'Shot 1.40.01\u202fPM.PNG', 'Shot 1.40.01\u00a0PM.PNG'])(
    '108, DL-73: a screenshot that lies there as %j is found',
    (name) => {
      const wish = { id: 'A', name: 'Shot 1.40.01PM.PNG', size: 5 };
      expect(new Folder().untracked(name, 5).place(wish)).toEqual({
        kind: 'adopt',
        name,
        amPmVariant: true,
      });
      // Another size is another picture, and its spelling decides nothing.
      expect(new Folder().untracked(name, 6).place(wish).name).toBe(wish.name);
      expect(new Folder().untracked(name, 5).place({ ...wish, role: 'live' }, wish.name).name).toBe(
        'Shot 1.40.01PM.MOV',
      );
    },
  );

  it('D82: name-id7 meets other bytes', () => {
    const folder = new Folder({ fileMatchPolicy: 'name-id7' }).untracked('IMG_1_QQ.JPG', 4);
    const wishes = [
      { id: 'A', name: 'IMG_1.JPG', size: 5 },
      { id: 'B', name: 'IMG_1.JPG', size: 5 },
    ];
    expect(names(folder, wishes)).toEqual(['IMG_1_QQ-5.JPG', 'IMG_1_Qg.JPG']);
  });

  it('D9: a duplicated photo is one file', () => {
    const folder = new Folder();
    folder.place({ id: 'A', name: 'IMG_1.JPG', size: 5, checksum: HASH_A });
    const copy = folder.place({ id: 'B', name: 'IMG_1.JPG', size: 5, checksum: HASH_A });
    expect(copy).toEqual({ kind: 'share', name: 'IMG_1.JPG' });
    expect(folder.entries.size).toBe(1);
  });

  it('D37: names at the limit keep their suffix and stay apart', () => {
    const folder = new Folder();
    const wishes = ['A', 'B', 'C'].map((id) => ({ id, name: 'x'.repeat(300) + '.JPG', size: 5 }));
    const placed = names(folder, wishes);
    expect(placed).toEqual([
      'x'.repeat(251) + '.JPG',
      'x'.repeat(249) + '-B.JPG',
      'x'.repeat(249) + '-C.JPG',
    ]);
  });
});

it('D10: an id that is too long for a name is replaced by its hash', () => {
  const id = 'i'.repeat(101);
  const [, , identity] = take(
    3,
    nameCandidates(
      { stem: 'a', suffix: '', extension: '.JPG' },
      { role: 'primary', sizeBytes: 1, assetId: id },
    ),
  );
  expect(identity).toMatch(/^a-[0-9a-f]{12}\.JPG$/);
});

it('D31: any assets in any folder get legal, distinct names that no later sync changes', () => {
  const wish = fc.record({
    name: fc.constantFrom(
      'IMG_1.JPG',
      'img_1.jpg',
      'IMG_1-5.JPG',
      'IMG_1',
      '😀.JPG',
      'x'.repeat(300),
    ),
    size: fc.constantFrom(1, 5, 6),
    checksum: fc.constantFrom(HASH_A, HASH_B, undefined),
    id: fc.constantFrom('A', 'B', 'a/b', 'a_b', '5', 'C'.repeat(200)),
    role: fc.constantFrom('primary', 'edited', 'live', 'live-edited'),
  });
  const foreign = fc.record({ name: wish.map((one) => one.name), size: fc.constantFrom(1, 5, 6) });
  fc.assert(
    fc.property(
      fc.uniqueArray(wish, { selector: ({ id, role }) => `${id}/${role}`, maxLength: 12 }),
      fc.array(foreign, { maxLength: 4 }),
      fc.boolean(),
      (wishes, files, ignoreCase) => {
        const folder = new Folder({}, ignoreCase);
        for (const file of files)
          folder.untracked(joinName({ stem: file.name, suffix: '', extension: '' }), file.size);
        const placed = wishes.map((one) => {
          const choice = folder.place(one);
          return { one, choice, key: pathKey(choice.name, ignoreCase) };
        });
        const written = placed.filter(({ choice }) => choice.kind !== 'share');
        expect(new Set(written.map(({ key }) => key)).size).toBe(written.length);
        for (const { one, choice, key } of placed) {
          expect(illegality(choice.name)).toBeUndefined();
          expect(folder.place(one).name).toBe(choice.name);
          if (choice.kind !== 'share') continue;
          const twin = written.find((entry) => entry.key === key);
          expect(twin?.one).toMatchObject({ size: one.size, checksum: one.checksum });
        }
      },
    ),
    { numRuns: 500 },
  );
});

function take(count: number, candidates: Iterable<{ readonly name: string }>): readonly string[] {
  const names: string[] = [];
  for (const { name } of candidates) {
    names.push(name);
    if (names.length === count) break;
  }
  return names;
}
