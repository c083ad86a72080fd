import type { PlannedFile } from '../domain/plan.js';
import { nameTaken } from '../errors/download-errors.js';
import { diskError, isKeiError } from '../errors/index.js';
import type { FileEdges } from '../platform/files.js';
import { installFile, type InstallRequest, type InstallResult } from '../platform/install-file.js';
import { setCaptureTime } from './capture-time.js';
import type { ContentDigests } from './content-hash.js';
import type { PartFile } from './part-file.js';
import type {
  EmbeddedFile,
  EmbedMetadata,
  NameRecords,
  PartialRecords,
  PlanAnotherName,
} from './ports.js';

/** Names that may turn out to be taken while one file is published. */
const MAX_NAMES = 20;

export interface PublishDeps {
  readonly files: FileEdges;
  readonly partials: PartialRecords;
  readonly names: NameRecords;
  readonly planAnotherName: PlanAnotherName;
  readonly embed?: EmbedMetadata | undefined;
}

export interface PublishedFile {
  /** With the path that it got in the end. */
  readonly file: PlannedFile;
  readonly sizeBytes: number;
  readonly finalSha256: string;
  readonly warnings: readonly string[];
}

/**
 * Turns a checked partial into the final file: metadata, capture time, durable name (DL-7). When
 * this rejects, with a KeiError, the partial is still there for the next run.
 */
export async function publish(
  file: PlannedFile,
  part: PartFile,
  digests: ContentDigests,
  deps: PublishDeps,
): Promise<PublishedFile> {
  await part.settle();
  const embedded = await deps.embed?.(file, part.path);
  const warnings = [...(embedded?.warnings ?? [])];
  const source = embedded?.file ?? {
    path: part.path,
    sizeBytes: digests.bytes,
    sha256: digests.sha256,
    isSynced: true,
  };
  try {
    const timeWarning = await setCaptureTime(source.path, file.asset.capturedAtMs, deps.files);
    if (timeWarning !== undefined) warnings.push(timeWarning);
    await part.finish();
    const placed = await placeUnderFreeName(file, source, deps);
    if (placed.setAside !== undefined) {
      warnings.push(
        `the file had been changed on this computer; that one is now ${placed.setAside}`,
      );
    }
    if (embedded?.file !== undefined) await deps.files.unlink(part.path);
    await deps.partials.forgotten(part.path);
    return {
      file: placed.file,
      sizeBytes: source.sizeBytes,
      finalSha256: source.sha256,
      warnings,
    };
  } finally {
    if (embedded?.file !== undefined) await removeCopy(embedded.file.path, deps);
  }
}

/** A copy with metadata that was not published is made anew next time. */
async function removeCopy(
  path: string,
  { files, partials }: Pick<PublishDeps, 'files' | 'partials'>,
): Promise<void> {
  await files.unlink(path).catch(() => undefined);
  await partials.forgotten(path);
}

async function placeUnderFreeName(
  planned: PlannedFile,
  source: EmbeddedFile & Pick<InstallRequest, 'isSynced'>,
  deps: PublishDeps,
): Promise<{ readonly file: PlannedFile; readonly setAside?: string | undefined }> {
  let file = planned;
  for (let tried = 1; ; tried += 1) {
    const { path, ...rest } = source;
    const result = await install({ source: path, target: file.path, ...rest }, deps);
    if (result.status === 'installed') return { file, setAside: result.setAside };
    if (result.status === 'adopted') return { file };
    const next = tried < MAX_NAMES ? await deps.planAnotherName(file) : undefined;
    if (next === undefined) throw nameTaken(file.path);
    file = { ...file, path: next.path };
  }
}

async function install(request: InstallRequest, deps: PublishDeps): Promise<InstallResult> {
  try {
    return await installFile(request, deps);
  } catch (error) {
    throw isKeiError(error) ? error : diskError('save', request.target, error);
  }
}
