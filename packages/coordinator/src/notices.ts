import type { OwnerStatus } from '@tabgrid/transport/source';
import type { Job } from './job.js';
import type { Member } from './member.js';

/** Things that the owner should know, in words. */

export interface Told {
  /** Why nothing is kept. */
  readonly lost: string | null;
  /** Why running jobs are lost with the page, though pictures are kept. */
  readonly unsafe: string | null;
  /** Of a simulation that an earlier page kept: a whole sentence. */
  readonly simulation: string | null;
  readonly violations: number;
  readonly signaling: OwnerStatus;
  readonly members: readonly Member[];
  /** Running jobs. */
  readonly jobs: readonly Job[];
}

export function noticesOf({ lost, unsafe, simulation, violations, signaling, members, jobs }: Told): readonly string[] {
  const notices: string[] = [];
  if (lost !== null) {
    notices.push(`Nothing is kept when this page is closed: ${lost}. Download what you want to keep.`);
  } else if (unsafe !== null) {
    notices.push(`A job that runs is lost when this page is closed: ${unsafe}.`);
  }
  if (simulation !== null) notices.push(simulation);
  if (violations > 0) {
    const links = violations === 1 ? 'One link was' : `${violations} links were`;
    notices.push(`${links} closed for breaking the protocol. The work is done again by others.`);
  }
  if (signaling.kind === 'offline') {
    notices.push(`The server is away: ${signaling.why}. Volunteers that are linked directly work on.`);
  }
  const checking = jobs.filter(({ job }) => job.verify !== 'none');
  if (checking.length > 0 && ofOneNetwork(members)) {
    notices.push(
      'Everybody here came by your link from one network, so one person could be behind all of them: checking is weaker here.',
    );
  }
  return notices;
}

/** Whether two that agree may well be one person, and count all the same: only invited ones do. */
function ofOneNetwork(members: readonly Member[]): boolean {
  const others = members.filter(({ link, network }) => link !== null && network !== null);
  return others.length >= 2 && others.every(({ invited, network }) => invited && network === others[0]?.network);
}
