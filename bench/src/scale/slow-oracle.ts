import type { Oracle } from '@tabgrid/scheduler/oracle';

/** An oracle that takes so long for each answer, as one made of small networks would. */
export function slowOracle(oracle: Oracle, microseconds: number): Oracle {
  const burn = () => {
    const until = performance.now() + microseconds / 1000;
    while (performance.now() < until);
  };
  return {
    duration(v, t) {
      burn();
      return oracle.duration(v, t);
    },
    failure(v, within) {
      burn();
      return oracle.failure(v, within);
    },
    roundTrip(v) {
      burn();
      return oracle.roundTrip(v);
    },
  };
}
