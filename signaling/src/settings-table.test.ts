import { describe, expect, it } from 'vitest';
import { SERVER_SETTINGS } from './config.js';
import { LIMIT_SETTINGS } from './limits.js';
import { count, SettingError, span, text, toggle } from './setting.js';
import { defaultsOf, flagOf, helpText, markdownTable, readSettings, variableOf } from './settings-table.js';

const TABLE = {
  maxRooms: count({ group: 'Limits', fallback: 3, max: 10, help: 'rooms' }),
  waitTime: span({ group: 'Limits', fallback: 2000, help: 'time | wait' }),
  publicUrl: text({ group: 'Address', placeholder: 'URL', help: 'where' }),
  https: toggle({ group: 'Address', help: 'TLS' }),
};

describe('reading', () => {
  it('has defaults', () => {
    expect(readSettings(TABLE, [], {})).toEqual({
      help: false,
      settings: { maxRooms: 3, waitTime: 2000, publicUrl: null, https: false },
    });
  });

  it('takes flags over variables over defaults', () => {
    const env = { TABGRID_MAX_ROOMS: '5', TABGRID_WAIT_TIME: '7s', TABGRID_HTTPS: 'yes' };
    const { settings } = readSettings(TABLE, ['--max-rooms', '9', '--public-url=http://x'], env);
    expect(settings).toEqual({ maxRooms: 9, waitTime: 7000, publicUrl: 'http://x', https: true });
  });

  it('names the flag or the variable that is wrong', () => {
    expect(() => readSettings(TABLE, ['--max-rooms', '99'], {})).toThrow('--max-rooms: "99" is not a whole number');
    expect(() => readSettings(TABLE, [], { TABGRID_WAIT_TIME: 'soon' })).toThrow('TABGRID_WAIT_TIME: "soon"');
  });

  it('refuses unknown options, missing values and stray words', () => {
    for (const argv of [['--maxrooms', '1'], ['--max-rooms'], ['scene.glb'], ['--https=no']]) {
      expect(() => readSettings(TABLE, argv, {}), argv.join(' ')).toThrow(SettingError);
    }
    expect(() => readSettings(TABLE, ['--nope'], {})).toThrow("Unknown option '--nope'; --help lists the options");
  });

  it('asks for help with --help and -h', () => {
    expect(readSettings(TABLE, ['-h'], {}).help).toBe(true);
    expect(readSettings(TABLE, ['--help'], {}).help).toBe(true);
  });
});

describe('the table of the server', () => {
  const names = Object.keys(SERVER_SETTINGS);

  it('gives every setting a flag, a variable, a line of help and a row in the README', () => {
    const help = helpText(SERVER_SETTINGS);
    const readme = markdownTable(SERVER_SETTINGS);
    for (const name of names) {
      expect(help).toMatch(new RegExp(`^ {2}--${flagOf(name)}[ A-Za-z|]*  \\S`, 'm'));
      expect(readme).toContain(`\`${variableOf(name)}\``);
    }
    expect(readme.split('\n')).toHaveLength(names.length + 2);
  });

  it('holds every limit, and its defaults pass its own reading', () => {
    for (const [name, setting] of Object.entries(LIMIT_SETTINGS)) {
      expect(SERVER_SETTINGS).toHaveProperty(name, setting);
      expect(setting.read(setting.show(setting.fallback)), name).toBe(setting.fallback);
      expect(defaultsOf(SERVER_SETTINGS)).toHaveProperty(name, setting.fallback);
    }
  });

  it('keeps a bar out of the Markdown columns', () => {
    expect(markdownTable(TABLE)).toContain('| `--wait-time TIME` | `TABGRID_WAIT_TIME` | 2 s | time \\| wait |');
  });
});
