import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { type Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { isJson } from '@tabgrid/protocol/json';
import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import { type FromCoordinator, FromVolunteer, type Telemetry } from '@tabgrid/protocol/link';
import { type Message, message } from '@tabgrid/protocol/message';
import { type KernelVersion, sameKernel } from '@tabgrid/protocol/task';
import { PROTOCOL_VERSION, speaks } from '@tabgrid/protocol/version';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { TelemetryView } from '@tabgrid/scheduler/oracle';
import type { Link } from '@tabgrid/transport/link';
import * as v from 'valibot';
import type { BlobQueue, BlobServer } from './blob-server.js';
import type { MemberRecord } from './journal-records.js';
import type { Member, Origin, ResultHead } from './member.js';

/**
 * Who is there: links, who speaks over them, and what they say.
 *
 * 1. Every head is parsed before anything is done with it; a link that sends another one is closed and counted.
 * 2. The first message is `hello`; nothing else is taken before it, and it is taken once a link.
 * 3. A member has at most one link; a newer one with the same session replaces it, and the member stays the same.
 * 4. The scheduler hears `volunteerJoined` and `volunteerLeft` strictly in turn for each member.
 * 5. How far a member is trusted rests on where its present link comes from, never on what it says.
 */

export interface Roster {
  members(): readonly Member[];
  member(id: VolunteerId): Member | undefined;
  /** Members of a page before this one, all gone; before the first link. */
  restore(records: readonly MemberRecord[]): void;
  /** Takes a new link on. */
  attach(link: Link, origin: Origin): void;
  /** Sends if the member is there; control messages overtake blobs. Rejects when the link closes first. */
  send(id: VolunteerId, head: FromCoordinator, body?: Bytes): Promise<void>;
  broadcast(head: FromCoordinator): void;
  /** Closes a member's link because of what it did. */
  drop(id: VolunteerId, reason: string): void;
  /** Links closed because they broke the protocol. */
  readonly violations: number;
  close(reason: string): Promise<void>;
}

export interface RosterDeps {
  readonly clock: Clock;
  readonly owner: string;
  readonly blobs: BlobServer;
  /** Kernels that jobs here may use: a volunteer needs one of them. */
  readonly kernels: readonly KernelVersion[];
  tell(event: SchedulerEvent): void;
  /** A member joined; it may be a new one. */
  joined(member: Member): void;
  /** A result, whole and of a member, not looked at any further. */
  result(member: Member, head: ResultHead, body: Bytes): void;
  changed(): void;
}

type Hello = Extract<FromVolunteer, { type: 'hello' }>;

const HELLO_MS: Millis = 20_000;

/** With results; with telemetry it is told each time. */
const LINK_EVERY_MS: Millis = 2000;

/** Of somebody who is gone. */
const NOTHING_TOLD: Telemetry = { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 };

function claimsOf({ intensity, battery }: Telemetry): TelemetryView {
  return { intensity, battery };
}

/** @throws RangeError for a head that JSON cannot carry, as a task's parameters could be made */
function encoded(head: FromCoordinator, body?: Bytes): Message {
  if (!isJson(head)) throw new RangeError(`a ${head.type} message that JSON cannot carry`);
  return message(head, body);
}

export function createRoster(deps: RosterDeps): Roster {
  const { clock, tell, changed } = deps;
  const bySession = new Map<VolunteerId, Member>();
  const byId = new Map<VolunteerId, Member>();
  const links = new Set<Link>();
  /** When it was last told how a link is doing. */
  const measuredAt = new WeakMap<Link, Millis>();
  let nextOrdinal = 0;
  let violations = 0;
  let closed = false;

  const breach = (link: Link, why: string): void => {
    violations++;
    void link.close(`protocol broken: ${why}`.slice(0, 200));
    changed();
  };

  const refuse = (link: Link, reason: string): void => {
    const head: FromCoordinator = { type: 'refused', reason: reason.slice(0, MAX_TEXT_LENGTH) };
    link.send(message(head)).catch(() => {});
    void link.close(reason);
  };

  const leave = (member: Member, link: Link, reason: string): void => {
    if (member.link !== link) return;
    const { bytesSent, bytesReceived, path } = link.stats();
    member.closedBytes = { to: member.closedBytes.to + bytesSent, from: member.closedBytes.from + bytesReceived };
    member.path = path;
    member.link = null;
    tell({ type: 'volunteerLeft', volunteer: member.id, reason });
    changed();
  };

  const join = (link: Link, origin: Origin, hello: Hello): Member | null => {
    if (!speaks(hello.protocol)) {
      refuse(link, 'This page and the owner’s page are of different versions. Reload this page.');
      return null;
    }
    const { kernels } = hello.capabilities;
    if (!deps.kernels.some((k) => kernels.some((has) => sameKernel(has, k)))) {
      refuse(link, 'This page’s kernels are not those of the owner’s page: one of the two is out of date. Reload it.');
      return null;
    }
    const member = bySession.get(hello.session) ?? newcomer(hello);
    if (member.link) {
      const old = member.link;
      leave(member, old, 'it came back over another link');
      void old.close('replaced by a newer link');
    }
    member.link = link;
    member.name = hello.name.trim() || `Volunteer ${member.ordinal + 1}`;
    member.capabilities = hello.capabilities;
    member.telemetry = hello.telemetry;
    const { network = null, region = null, provider = null } = origin.kind === 'room' ? origin : {};
    member.network = network;
    member.region = region;
    member.provider = provider;
    // Who was asked once stays so: only that page knows its session.
    member.invited ||= origin.kind === 'own' || origin.invited;
    const welcome: FromCoordinator = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      volunteer: member.id,
      owner: deps.owner,
    };
    link.send(message(welcome), { urgent: true }).catch(() => {});
    tell({
      type: 'volunteerJoined',
      volunteer: member.id,
      capabilities: hello.capabilities,
      paused: hello.telemetry.paused,
      hidden: hello.telemetry.visibility === 'hidden',
      telemetry: claimsOf(hello.telemetry),
      tags: { network, region, provider, owner: null, invited: member.invited, trusted: origin.kind === 'own' },
    });
    deps.joined(member);
    if (link.state === 'suspect') tell({ type: 'linkSuspect', volunteer: member.id, reason: 'its link is silent' });
    changed();
    return member;
  };

  const newcomer = ({ session, capabilities, telemetry }: Hello): Member => {
    const ordinal = nextOrdinal;
    const id = v.parse(VolunteerId, `v${ordinal + 1}`);
    return enter({ id, ordinal, session, name: '', invited: false, capabilities, telemetry });
  };

  const enter = (
    known: Pick<Member, 'id' | 'ordinal' | 'session' | 'name' | 'invited' | 'capabilities' | 'telemetry'>,
  ) => {
    const closedBytes = { to: 0, from: 0 };
    const member: Member = {
      ...known,
      network: null,
      region: null,
      provider: null,
      link: null,
      path: 'direct',
      closedBytes,
    };
    nextOrdinal = Math.max(nextOrdinal, member.ordinal + 1);
    bySession.set(member.session, member);
    byId.set(member.id, member);
    return member;
  };

  const measure = (member: Member): void => {
    const trip = member.link?.stats().roundTripMs ?? null;
    if (trip !== null) tell({ type: 'roundTripMeasured', volunteer: member.id, ms: trip });
  };

  /** Results may come many a second: how their link is doing changes no faster than it beats. */
  const measureLink = (member: Member, leastMs: Millis): void => {
    const { link, id } = member;
    if (!link || clock.now() - (measuredAt.get(link) ?? Number.NEGATIVE_INFINITY) < leastMs) return;
    measuredAt.set(link, clock.now());
    const { path, jitterMs, lateShare, congestion, silentMs } = link.stats();
    tell({ type: 'linkMeasured', volunteer: id, quality: { path, jitterMs, lateShare, congestion, silentMs } });
  };

  /** What a member says after its hello. `present` is false for the last words of a closed link. */
  const hear = (member: Member, link: Link, queue: BlobQueue, m: FromVolunteer, body: Bytes): void => {
    const { id } = member;
    const present = member.link === link;
    if (m.type === 'result') {
      if (present) {
        measure(member);
        measureLink(member, LINK_EVERY_MS);
      }
      deps.result(member, m, body);
      return;
    }
    if (!present) return;
    switch (m.type) {
      case 'hello':
        breach(link, 'a second hello');
        return;
      case 'telemetry': {
        member.telemetry = m.telemetry;
        measure(member);
        measureLink(member, 0);
        const { paused, visibility } = m.telemetry;
        const telemetry = claimsOf(m.telemetry);
        tell({ type: 'volunteerTold', volunteer: id, paused, hidden: visibility === 'hidden', telemetry });
        changed();
        return;
      }
      case 'need':
        tell({ type: 'heard', volunteer: id });
        if (!queue.ask(m)) breach(link, 'it asks for more than there can be');
        return;
      case 'started':
        tell({ type: 'started', volunteer: id, attempt: m.attempt });
        return;
      case 'progress':
        tell({ type: 'progressed', volunteer: id, attempt: m.attempt, share: m.share });
        return;
      case 'failed':
        tell({ type: 'failed', volunteer: id, attempt: m.ref.attempt, failure: m.failure });
        return;
      case 'goodbye':
        leave(member, link, m.reason === '' ? 'it said goodbye' : m.reason);
        void link.close('goodbye');
        return;
    }
  };

  return {
    members: () => [...byId.values()],
    member: (id) => byId.get(id),
    restore(records) {
      for (const { id, ordinal, session, name, invited, capabilities } of records) {
        enter({ id, ordinal, session, name, invited, capabilities, telemetry: NOTHING_TOLD });
      }
    },
    attach(link, origin) {
      if (closed) {
        void link.close('the dashboard is closed');
        return;
      }
      links.add(link);
      let member: Member | null = null;
      const present = (then: (id: VolunteerId) => void) => {
        if (member?.link === link) then(member.id);
      };
      const queue = deps.blobs.attach({
        send: (m) => link.send(m),
        sent: () => present((id) => tell({ type: 'heard', volunteer: id })),
        carried: (bytesPerSecond) =>
          present((id) => tell({ type: 'bandwidthMeasured', volunteer: id, bytesPerSecond })),
      });
      const cancelHello = clock.after(HELLO_MS, () => void link.close('no hello came'));
      link.onState((state) => {
        if (member?.link !== link) return;
        if (state === 'suspect') tell({ type: 'linkSuspect', volunteer: member.id, reason: 'its link is silent' });
        else if (state === 'open') tell({ type: 'linkOpen', volunteer: member.id });
        if (state !== 'closed') measureLink(member, 0);
        changed();
      });
      link.onMessage(({ head, body }) => {
        const parsed = v.safeParse(FromVolunteer, head);
        if (!parsed.success) {
          breach(link, parsed.issues[0].message);
          return;
        }
        const m = parsed.output;
        if (m.type !== 'result' && body.byteLength > 0) {
          breach(link, `a body with ${m.type}`);
          return;
        }
        if (member) {
          hear(member, link, queue, m, body);
          return;
        }
        if (m.type !== 'hello') {
          breach(link, `${m.type} before hello`);
          return;
        }
        cancelHello();
        // A closed link's words may still come; nobody joins by them.
        if (link.state !== 'closed') member = join(link, origin, m);
      });
      void link.closed.then(({ text }) => {
        links.delete(link);
        cancelHello();
        queue.close();
        if (member) leave(member, link, text);
      });
    },
    async send(id, head, body) {
      await byId.get(id)?.link?.send(encoded(head, body), { urgent: true });
    },
    broadcast(head) {
      for (const { link } of byId.values()) link?.send(encoded(head), { urgent: true }).catch(() => {});
    },
    drop(id, reason) {
      const link = byId.get(id)?.link;
      if (link) breach(link, reason);
    },
    get violations() {
      return violations;
    },
    async close(reason) {
      closed = true;
      const head: FromCoordinator = { type: 'goodbye', reason };
      for (const link of links) link.send(message(head), { urgent: true }).catch(() => {});
      await Promise.all([...links].map((link) => link.close(reason)));
    },
  };
}
