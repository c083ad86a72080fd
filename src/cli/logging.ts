import pino from 'pino';
import type { LogLevel } from '../domain/index.js';
import type { LogFields, Logger } from '../platform/logger.js';
import type { Redactor } from '../platform/redactor.js';
import type { Host } from './host.js';

/** Where finished log lines go; the progress bar takes its place while it is drawn. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggingOptions {
  readonly host: Host;
  readonly level: LogLevel;
  readonly redactor: Redactor;
  readonly sink: LogSink;
}

const LABELS: Readonly<Record<number, string>> = {
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
};

/**
 * pino behind our `Logger`: human lines when stderr is a terminal, JSON lines otherwise or with
 * `KEI_LOG_FORMAT=json` (D18). Every line passes the redactor.
 */
export function createLogger(options: LoggingOptions): Logger {
  const { host, redactor, sink } = options;
  const format = host.env['KEI_LOG_FORMAT'];
  const json = format === 'json' || (format !== 'text' && host.stderr.isTTY !== true);
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(host.clock.now()).toISOString()}"`,
      formatters: json ? { level: (label) => ({ level: label }) } : {},
    },
    {
      write: (line) => {
        sink.write(redactor.redact(json ? line : humanLine(line)));
      },
    },
  );
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    logger[level](fields ?? {}, message);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** One of pino's JSON lines in the form of OB-35: time, level, message, `key=value` fields. */
function humanLine(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  const { level, time, msg, ...fields } = record;
  const rest = Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const label = LABELS[Number(level)] ?? 'INFO';
  return `${String(time)} ${label.padStart(5)} kei: ${String(msg)}${rest}\n`;
}
