import { AttemptId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import type { Sight } from './time/watch.js';

/** Makes a recording out of the records of a coordinator's journal: its states (`base`) and the events between them. */
export interface Sights {
  /** How much of its GPU time a volunteer lends; the first word holds. */
  lends(volunteer: string, intensity: number): void;
  /** What was written while a job of this scene ran, in order. */
  records(records: readonly unknown[], scene: string): void;
  /** Results so far whose task is known. */
  readonly results: number;
  /** A line of JSON an event, in the order of time. */
  lines(): string;
}

const Attempt = v.looseObject({ id: AttemptId, volunteer: VolunteerId, assignedAt: v.number() });
const Task = v.looseObject({ spec: TaskSpec, attempts: v.array(Attempt) });
const Volunteer = v.looseObject({
  id: VolunteerId,
  capabilities: Capabilities,
  hidden: v.boolean(),
  joinedAt: v.number(),
});
const Base = v.looseObject({
  snapshot: v.looseObject({ tasks: v.array(Task), volunteers: v.array(Volunteer) }),
});
const Event = v.union([
  v.looseObject({ type: v.literal('tasksAdded'), tasks: v.array(v.looseObject({ spec: TaskSpec })) }),
  v.looseObject({
    type: v.literal('volunteerJoined'),
    ...{ volunteer: VolunteerId, capabilities: Capabilities, hidden: v.boolean() },
  }),
  v.looseObject({ type: v.literal('volunteerTold'), volunteer: VolunteerId, hidden: v.boolean() }),
  v.looseObject({ type: v.literal('volunteerLeft'), volunteer: VolunteerId }),
  v.looseObject({ type: v.literal('roundTripMeasured'), volunteer: VolunteerId, ms: v.number() }),
  v.looseObject({ type: v.literal('sent'), attempt: AttemptId }),
  v.looseObject({
    type: v.literal('returned'),
    ...{ volunteer: VolunteerId, attempt: AttemptId, task: TaskId, stats: RunStats },
  }),
]);
const Events = v.looseObject({ events: v.array(v.looseObject({ at: v.number(), event: v.unknown() })) });
const Written = v.looseObject({ key: v.string(), value: v.unknown() });

export function createSights(): Sights {
  const intensities = new Map<string, number>();
  const tasks = new Map<TaskId, { readonly spec: TaskSpec; readonly scene: string }>();
  const assignedAt = new Map<AttemptId, number>();
  const joined = new Set<VolunteerId>();
  const seen: Sight[] = [];
  const returned: { at: number; volunteer: VolunteerId; attempt: AttemptId; task: TaskId; wallMs: number }[] = [];

  const join = (at: number, volunteer: VolunteerId, capabilities: Capabilities, hidden: boolean): void => {
    joined.add(volunteer);
    const intensity = intensities.get(volunteer) ?? null;
    // Limits and features are long, and nothing is predicted from them.
    const short = { ...capabilities, limits: {}, features: [] };
    seen.push({ type: 'joined', at, volunteer, capabilities: short, hidden, intensity });
  };
  const know = (spec: TaskSpec, scene: string) => {
    if (!tasks.has(spec.id)) tasks.set(spec.id, { spec, scene });
  };
  const sentAt = (attempt: AttemptId, at: number) => {
    if (!assignedAt.has(attempt)) assignedAt.set(attempt, at);
  };

  const happened = (at: number, event: v.InferOutput<typeof Event>, scene: string): void => {
    switch (event.type) {
      case 'tasksAdded':
        for (const { spec } of event.tasks) know(spec, scene);
        return;
      case 'volunteerJoined':
        join(at, event.volunteer, event.capabilities, event.hidden);
        return;
      case 'volunteerTold':
        seen.push({ type: 'told', at, volunteer: event.volunteer, hidden: event.hidden });
        return;
      case 'volunteerLeft':
        seen.push({ type: 'left', at, volunteer: event.volunteer });
        return;
      case 'roundTripMeasured':
        seen.push({ type: 'trip', at, volunteer: event.volunteer, ms: event.ms });
        return;
      case 'sent':
        sentAt(event.attempt, at);
        return;
      case 'returned': {
        const { volunteer, attempt, task, stats } = event;
        returned.push({ at, volunteer, attempt, task, wallMs: stats.wallMs });
      }
    }
  };

  const known = () => returned.filter(({ attempt, task }) => tasks.has(task) && assignedAt.has(attempt));

  return {
    lends(volunteer, intensity) {
      if (!intensities.has(volunteer)) intensities.set(volunteer, intensity);
    },
    records(records, scene) {
      for (const record of records) {
        const { key, value } = v.parse(Written, record);
        if (key === 'base') {
          const { snapshot } = v.parse(Base, value);
          for (const { id, capabilities, hidden, joinedAt } of snapshot.volunteers) {
            if (!joined.has(id)) join(joinedAt, id, capabilities, hidden);
          }
          for (const { spec, attempts } of snapshot.tasks) {
            know(spec, scene);
            for (const attempt of attempts) sentAt(attempt.id, attempt.assignedAt);
          }
          continue;
        }
        for (const { at, event } of v.parse(Events, value).events) {
          const parsed = v.safeParse(Event, event);
          if (parsed.success) happened(at, parsed.output, scene);
        }
      }
    },
    get results() {
      return known().length;
    },
    lines() {
      const runs = known().flatMap(({ at, volunteer, attempt, task, wallMs }): Sight[] => {
        const { spec, scene } = tasks.get(task) ?? {};
        const from = assignedAt.get(attempt);
        if (!spec || scene === undefined || from === undefined) return [];
        const { kernel, workUnits: units, inputs, outputBytes } = spec;
        const inputBytes = inputs.reduce((sum, { bytes }) => sum + bytes, 0);
        const assigned = { at: from, volunteer, attempt, kernel, scene, units, inputBytes, outputBytes };
        return [
          { type: 'assigned', ...assigned },
          { type: 'returned', at, volunteer, attempt, wallMs },
        ];
      });
      // What happens at one moment stays in its order: joins first.
      const all = [...seen, ...runs].sort((a, b) => a.at - b.at);
      return all.map((sight) => `${JSON.stringify(rounded(sight))}\n`).join('');
    },
  };
}

const micro = (x: number) => Math.round(x * 1000) / 1000;

/** Microseconds are enough. */
function rounded(sight: Sight): Sight {
  const at = micro(sight.at);
  if (sight.type === 'returned') return { ...sight, at, wallMs: micro(sight.wallMs) };
  if (sight.type === 'trip') return { ...sight, at, ms: micro(sight.ms) };
  return { ...sight, at };
}
