import { parseArgs } from 'node:util';
import { type Setting, SettingError } from './setting.js';

/** Settings by name; a name in camelCase is the flag in kebab-case and the variable in capitals. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

/** The values of a table's settings. */
export type SettingsOf<T extends SettingsTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never;
};

/** `maxRooms` → `max-rooms`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `maxRooms` → `TABGRID_MAX_ROOMS`. */
export function variableOf(name: string): string {
  return `TABGRID_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;
}

/** The table's defaults. */
export function defaultsOf<T extends SettingsTable>(table: T): SettingsOf<T> {
  const values = Object.fromEntries(Object.entries(table).map(([name, setting]) => [name, setting.fallback]));
  return values as SettingsOf<T>; // fromEntries forgets which key has which type
}

/**
 * Reads a command line and the environment; a flag wins over its variable.
 * @throws SettingError that names the flag or variable and what is wrong with it
 */
export function readSettings<T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly help: boolean; readonly settings: SettingsOf<T> } {
  const flags = parseFlags(table, argv);
  const values: Record<string, unknown> = { ...defaultsOf(table) };
  for (const [name, setting] of Object.entries(table)) {
    const flag = flags[flagOf(name)];
    const variable = env[variableOf(name)];
    if (flag !== undefined) values[name] = flag === true ? true : named(`--${flagOf(name)}`, setting, String(flag));
    else if (variable !== undefined) values[name] = named(variableOf(name), setting, variable);
  }
  return { help: flags['help'] === true, settings: values as SettingsOf<T> };
}

function parseFlags(table: SettingsTable, argv: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries([
    ...Object.entries(table).map(
      ([name, setting]) => [flagOf(name), { type: setting.placeholder === null ? 'boolean' : 'string' }] as const,
    ),
    ['help', { type: 'boolean', short: 'h' }] as const,
  ]);
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new SettingError(`${why}; --help lists the options`);
  }
}

function named(name: string, setting: Setting<unknown>, text: string): unknown {
  try {
    return setting.read(text);
  } catch (error) {
    if (error instanceof SettingError) throw new SettingError(`${name}: ${error.message}`);
    throw error;
  }
}

/** The options as `--help` prints them: grouped, one line each, with variable and default. */
export function helpText(table: SettingsTable): string {
  const lines: string[] = [];
  const width = Math.max(...Object.entries(table).map(([name, setting]) => usage(name, setting).length));
  for (const [group, entries] of groupsOf(table)) {
    lines.push('', `${group}:`);
    for (const [name, setting] of entries) {
      const fallback = setting.show(setting.fallback);
      const note = setting.placeholder === null || fallback === '' ? '' : ` [${fallback}]`;
      lines.push(`  ${usage(name, setting).padEnd(width)}  ${setting.help}${note}`);
    }
  }
  lines.push('', `Each option can be given by a variable too: --max-rooms 10 is ${variableOf('maxRooms')}=10.`);
  return lines.join('\n').trimStart();
}

/** The same as a Markdown table, for the README. */
export function markdownTable(table: SettingsTable): string {
  const rows = Object.entries(table).map(([name, setting]) => {
    const fallback = setting.show(setting.fallback);
    const cells = [
      `\`${usage(name, setting)}\``,
      `\`${variableOf(name)}\``,
      fallback === '' ? '–' : fallback,
      setting.help,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| Flag | Variable | Default | What it does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function usage(name: string, setting: Setting<unknown>): string {
  return `--${flagOf(name)}${setting.placeholder === null ? '' : ` ${setting.placeholder}`}`;
}

function groupsOf(table: SettingsTable): Map<string, [string, Setting<unknown>][]> {
  const groups = new Map<string, [string, Setting<unknown>][]>();
  for (const entry of Object.entries(table)) {
    const group = groups.get(entry[1].group);
    if (group) group.push(entry);
    else groups.set(entry[1].group, [entry]);
  }
  return groups;
}
