import type { ConfigProblem } from '../errors/config-errors.js';
import type { KeyName } from './keys.js';
import type { Entry, Layer } from './merge.js';
import type { ConfigFlags } from './types.js';

/** What the flags set (cli 1.1 to 1.4); an empty `--library` list sets nothing (cli 2.3). */
export function flagLayer(flags: ConfigFlags): Layer {
  const entries: Entry[] = [];
  const add = (key: KeyName, name: string, raw: unknown) => {
    if (raw !== undefined) entries.push({ key, raw, origin: { kind: 'flag', name } });
  };
  add('log_level', '--log-level', flags.logLevel);
  add('ui.friendly', flags.friendly === false ? '--no-friendly' : '--friendly', flags.friendly);
  add('auth.password_file', '--password-file', flags.passwordFile);
  add('auth.password_command', '--password-command', flags.passwordCommand);
  add('filters.recent', '--recent', flags.recent);
  add('filters.recent_scope', '--recent-scope', flags.recentScope);
  add('filters.skip_created_before', '--skip-created-before', flags.skipCreatedBefore);
  add('filters.skip_created_after', '--skip-created-after', flags.skipCreatedAfter);
  // Commander sets both to a default: only the value that the flag stands for is a choice.
  if (flags.progressBar === false) add('ui.progress_bar', '--no-progress-bar', false);
  if (flags.strict === true) add('import.strict', '--strict', true);
  if (flags.library !== undefined && flags.library.length > 0) {
    add('filters.libraries', '--library', flags.library);
  }
  const password = flags.password;
  if (password === undefined) return { entries };
  return {
    entries,
    password: {
      kind: 'direct',
      origin: { kind: 'flag', name: '--password' },
      reveal: () => password,
    },
  };
}

/** `--verbose` is weaker than an explicit level, in the environment too, but not than the file. */
export function verboseLayer(flags: ConfigFlags): Layer {
  if (flags.verbose !== true) return { entries: [] };
  return {
    entries: [{ key: 'log_level', raw: 'info', origin: { kind: 'flag', name: '--verbose' } }],
  };
}

/** What only the command line can get wrong (cli 1.2). */
export function flagProblems(flags: ConfigFlags): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const given = [
    ...(flags.password === undefined ? [] : ['--password']),
    ...(flags.passwordFile === undefined ? [] : ['--password-file']),
    ...(flags.passwordCommand === undefined ? [] : ['--password-command']),
  ];
  if (given.length > 1) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      message: `${given.join(' and ')} exclude each other; give one of them.`,
      onCommandLine: true,
    });
  }
  if (flags.password === '') {
    problems.push({
      code: 'CONFIG_INVALID_VALUE',
      message: '--password is empty; give the password, or leave the flag out to be asked.',
      onCommandLine: true,
    });
  }
  return problems;
}
