import type { Millis } from '@tabgrid/protocol/ids';
import type { Oracle, VolunteerView } from '@tabgrid/scheduler/oracle';
import { reaches } from './steps.js';
import type { Session, World } from './world.js';

/** What an oracle may look up in the world. */
export interface Knowledge {
  /** How fast each volunteer is, now and later. */
  readonly speeds: boolean;
  /** When each one leaves. */
  readonly departures: boolean;
}

/**
 * An oracle that cheats: what it knows it knows exactly, and the rest it leaves to another. For ablations – how much of
 * what is missing to the reference is ignorance, and of what. Tasks cost what the planner says.
 */
export function createKnowingOracle(world: World, knows: Knowledge, otherwise: Oracle): Oracle {
  const sessionOf = ({ id }: VolunteerView): Session | null => world.session(Number.parseInt(id.slice(1), 10));
  /** On the world's clock; whoever stood still and came back is younger than its session. */
  const nowOf = (v: VolunteerView, session: Session): Millis => session.joinsAt + v.ageMs;
  return {
    duration(v, t) {
      const session = knows.speeds ? sessionOf(v) : null;
      if (!session) return otherwise.duration(v, t);
      const now = nowOf(v, session);
      const ms = reaches(session.speed, now, t.workUnits) - now;
      return { p025: ms, median: ms, p975: ms };
    },
    failure(v, within) {
      const session = knows.departures ? sessionOf(v) : null;
      if (!session) return otherwise.failure(v, within);
      return session.leavesAt <= nowOf(v, session) + within ? 1 : 0;
    },
    roundTrip: (v) => otherwise.roundTrip(v),
  };
}
