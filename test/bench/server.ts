/** The simulator as the benchmark's server: a library of one kind, its checksums made beforehand. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { downloadUrl } from '../../src/simulator/library/download-url.js';
import type { SimLibrary } from '../../src/simulator/library/library.js';
import type { SimZone } from '../../src/simulator/library/zone.js';
import { seedLibrary } from '../../src/simulator/seeds/index.js';
import { changeLibrary } from './change.js';
import { PASSWORD, USERNAME, type ServerPlan } from './plan.js';

const FROM = Date.UTC(2021, 0, 1);
const TO = Date.UTC(2024, 11, 31);
const LONG_SECONDS = 7 * 86_400;

async function main(plan: ServerPlan): Promise<void> {
  const icloud = await FakeICloud.start({
    account: { appleId: USERNAME, password: PASSWORD, twoFactor: 'off' },
    strict: false,
    journal: { keep: 0 },
    library: (basics) => makeLibrary(plan, basics),
  });
  const { library } = icloud;
  for (const zone of library.zones) {
    for (const state of zone.assets.assetStates()) {
      const content = zone.masterOf(state).resources.resOriginal?.content;
      await content?.prepare();
      content?.checksum();
    }
  }
  if (plan.curlList !== undefined) await writeCurlList(plan.curlList, library, icloud.port);
  process.stdout.write(`${icloud.endpoint}\n`);
  for await (const question of createInterface(process.stdin)) {
    const answer = await answerTo(question, icloud);
    process.stdout.write(`${answer}\n`);
  }
}

async function answerTo(question: string, { library, journal }: FakeICloud): Promise<number> {
  const [verb, detail = ''] = question.split(' ');
  if (verb === 'change') {
    return changeLibrary(library, detail === 'additions' ? 'additions' : 'mixed');
  }
  if (verb === 'tree') return writeTree(library, detail);
  return journal.tally({ site: verb === 'calls' ? 'ckdatabase' : 'content' });
}

/** The library as somebody else may have left it: a hundred folders of files with other names. */
async function writeTree({ primary }: SimLibrary, folder: string): Promise<number> {
  const folders = Array.from({ length: 100 }, (_, index) => join(folder, String(index)));
  for (const one of folders) await mkdir(one, { recursive: true });
  let written = 0;
  for (const state of primary.assets.assetStates()) {
    const bytes = primary.masterOf(state).resources.resOriginal?.content.bytes();
    if (bytes === undefined) continue;
    const path = join(folders[written % folders.length] ?? folder, `${written}.dat`);
    await writeFile(path, Buffer.concat([...bytes.read(0, bytes.size)]));
    written += 1;
  }
  return written;
}

function makeLibrary(
  { assets, bytes, shared = 0, albums = 0, members = 0 }: ServerPlan,
  basics: Pick<SimLibrary, 'now' | 'contentHost'>,
): SimLibrary {
  const isLarge = bytes >= 1e9;
  const generated = { sizes: bytes, from: FROM, to: TO, previews: false, videos: isLarge ? 1 : 0 };
  const library = seedLibrary(`large:${assets}`, { ...basics, generated });
  library.tuning.urlLifetimeSeconds = LONG_SECONDS;
  if (shared > 0) {
    library.addSharedLibrary('owner').addGenerated({ ...generated, count: shared, seed: 2 });
  }
  addAlbums(library.primary, albums, members);
  return library;
}

/** Albums of neighbouring assets; each shares half of its members with the next one. */
function addAlbums(zone: SimZone, albums: number, members: number): void {
  const names = [...zone.assets.assetStates()]
    .slice(0, ((albums + 1) * members) / 2)
    .map(({ recordName }) => recordName);
  for (let number = 0; number < albums; number += 1) {
    const start = (number * members) / 2;
    const album = zone.createAlbum(`Album ${number + 1}`);
    zone.addToAlbum(album, ...names.slice(start, start + members));
  }
}

/** A configuration file for curl that fetches every original. */
async function writeCurlList(path: string, library: SimLibrary, port: number): Promise<void> {
  const lines: string[] = [];
  const expires = Math.floor(library.now() / 1000) + LONG_SECONDS;
  const { contentHost: host, secret, primary } = library;
  for (const state of primary.assets.assetStates()) {
    const content = primary.masterOf(state).resources.resOriginal?.content;
    if (content === undefined) continue;
    const { recordName } = state;
    const subject = { contentId: content.id, zone: primary.name, assetId: recordName };
    const url = downloadUrl(
      { ...subject, resource: 'resOriginal', checksum: content.checksum(), expires },
      { host, secret, requestId: 'bench' },
    );
    const local = url.replace(/^https:\/\/[^/]+/u, `http://${host}:${port}`);
    lines.push(`url = "${local.replace('${f}', 'file')}"`, `output = "${recordName}"`);
  }
  await writeFile(path, lines.join('\n'));
}

await main(JSON.parse(process.argv[2] ?? '{}') as ServerPlan);
