import { Option, type Command } from 'commander';

/** Flags that every command understands (cli 1.1). */
export interface GlobalFlags {
  readonly config?: string;
  readonly logLevel?: string;
  readonly verbose?: boolean;
  readonly friendly?: boolean;
}

/** Flags of the commands that sign in (cli 1.2). */
export interface PasswordFlags {
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordCommand?: string;
}

export type CliFlags = GlobalFlags & PasswordFlags;

/** Adds the flags that are valid before and after the subcommand (cli 1.1). */
export function addGlobalOptions(program: Command): void {
  program
    .option('--config <path>', 'the configuration file (default: ~/.config/kei/config.toml)')
    .addOption(
      new Option('--log-level <level>', 'how much to log').choices([
        'debug',
        'info',
        'warn',
        'error',
      ]),
    )
    .option('-v, --verbose', 'the same as --log-level info')
    .option('--friendly', 'friendly output')
    .option('--no-friendly', 'plain output');
}

/** Adds the flags that say where the password comes from (cli 1.2). */
export function addPasswordOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-p, --password <text>',
        'the password (other users of this machine may see it in process listings)',
      ).conflicts(['passwordFile', 'passwordCommand']),
    )
    .addOption(
      new Option('--password-file <path>', 'a file that holds the password').conflicts([
        'passwordCommand',
      ]),
    )
    .option('--password-command <cmd>', 'a command that prints the password');
}
