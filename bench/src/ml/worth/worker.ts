import { MODEL_NAMES } from '@tabgrid/ml/model';
import * as v from 'valibot';
import { measure } from './measure.js';

/** A process of its own: does what it is sent, sends back what it found, and ends. */

const Assignment = v.strictObject({
  profile: v.string(),
  before: v.number(),
  worlds: v.number(),
  without: v.nullable(v.picklist(MODEL_NAMES)),
});

process.once('message', (message) => {
  measure(v.parse(Assignment, message)).then(
    (found) => process.send?.(found, () => process.exit(0)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
