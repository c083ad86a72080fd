import { ConfigError } from '../errors/config-errors.js';
import { buildConfig } from './build-config.js';
import { envLayer, readVariable, type Env } from './env.js';
import { fileLayer } from './file-layer.js';
import { flagLayer, flagProblems, verboseLayer } from './flags.js';
import { Settings, type Layer } from './merge.js';
import { notBuiltProblems } from './not-built.js';
import {
  diskConfigFiles,
  findConfigFile,
  type ConfigFiles,
  type ConfigSource,
} from './toml-file.js';
import type { Config, ConfigFlags } from './types.js';
import { configWarnings, crossFieldProblems, valueProblems } from './validate.js';
import type { ReadingContext } from './value-types.js';

export interface ResolveInput extends ReadingContext {
  readonly flags: ConfigFlags;
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  readonly nowMs: number;
  readonly files?: ConfigFiles;
}

export interface ResolvedConfig {
  readonly config: Config;
  /** Every setting by its key, with where it came from. */
  readonly settings: Settings;
  readonly source: ConfigSource;
  readonly warnings: readonly string[];
}

const NOTHING: Layer = { entries: [] };

/**
 * Reads all sources, lays them over each other (flag > environment > file > default, cli 2.3), checks
 * everything and returns the frozen result. Throws one ConfigError that lists every problem.
 */
export async function resolveConfig(input: ResolveInput): Promise<ResolvedConfig> {
  const { flags, env, platform } = input;
  const { source, file } = await findConfigFile({
    named: flags.config ?? readVariable(env, 'KEI_CONFIG'),
    home: input.home,
    cwd: input.cwd,
    files: input.files ?? diskConfigFiles,
  });
  const read = file === undefined ? undefined : fileLayer(file, source.path, platform);
  const fromFile = read?.layer ?? NOTHING;
  const layers = [flagLayer(flags), envLayer(env), verboseLayer(flags), fromFile];
  const settings = new Settings(layers, input);
  const problems = [
    ...flagProblems(flags),
    ...(read?.problems ?? []),
    ...valueProblems(layers, input),
    ...crossFieldProblems(settings, layers, fromFile, platform),
  ];
  // A wrong value is told as wrong first: only a sound configuration can ask for too much.
  if (problems.length === 0) problems.push(...notBuiltProblems(settings));
  if (problems.length > 0) {
    throw new ConfigError(problems, {
      path: source.exists ? source.path : undefined,
      hint: 'kei.example.toml explains every key with its values; --help explains the flags.',
    });
  }
  return {
    config: buildConfig(settings, new Settings([fromFile], input), source),
    settings,
    source,
    warnings: configWarnings(settings, input.nowMs),
  };
}
