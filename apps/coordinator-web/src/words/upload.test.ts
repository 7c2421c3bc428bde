import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASSUMED_UPLOAD_BYTES_PER_SECOND, createUploadMeter, estimateUpload } from './upload.js';

describe('estimateUpload', () => {
  it('multiplies the scene by the volunteers, and says that the speed is assumed', () => {
    const estimate = estimateUpload(10 * 1024 * 1024, 3, null);
    expect(estimate.bytes).toBe(31_457_280);
    expect(estimate.measured).toBe(false);
    expect(estimate.text).toBe('10 MiB × 3 volunteers = 30 MiB, about 13 s at an assumed 20 Mbit/s');
  });

  it('says what each newcomer costs while nobody is there', () => {
    expect(estimateUpload(1024 * 1024, 0, null)).toEqual({
      bytes: 0,
      ms: 0,
      measured: false,
      text: '1 MiB to each volunteer that joins (about 0.4 s at an assumed 20 Mbit/s)',
    });
  });

  it('makes nothing of a small scene', () => {
    expect(estimateUpload(13_000, 2, null).text).toBe(
      '12.7 KiB × 2 volunteers = 25.4 KiB, under 0.1 s at an assumed 20 Mbit/s',
    );
  });

  it('uses what was measured', () => {
    const estimate = estimateUpload(1_000_000, 1, 500_000);
    expect(estimate.ms).toBe(2000);
    expect(estimate.text).toContain('about 2 s at the 4.0 Mbit/s seen here');
    expect(estimateUpload(1_000_000, 1, 5_000_000).text).toContain('40 Mbit/s');
  });

  it('grows with the scene and with the volunteers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 200 }), (bytes, volunteers) => {
        const one = estimateUpload(bytes, volunteers, null);
        expect(estimateUpload(bytes, volunteers + 1, null).ms).toBeGreaterThan(one.ms);
        expect(estimateUpload(bytes + 1, volunteers, null).bytes).toBeGreaterThan(one.bytes);
        expect(one.ms).toBeCloseTo((one.bytes / ASSUMED_UPLOAD_BYTES_PER_SECOND) * 1000, 6);
      }),
    );
  });
});

describe('the upload meter', () => {
  it('knows nothing before a whole stretch with something in it', () => {
    const meter = createUploadMeter();
    meter.note(0, 0);
    meter.note(500, 900_000);
    expect(meter.bytesPerSecond()).toBeNull();
    meter.note(1000, 1_000_000);
    expect(meter.bytesPerSecond()).toBe(1_000_000);
  });

  it('keeps the fastest stretch: an idle line does not make it slower', () => {
    const meter = createUploadMeter();
    meter.note(0, 0);
    meter.note(1000, 2_000_000);
    meter.note(2000, 2_300_000);
    meter.note(9000, 2_300_000);
    expect(meter.bytesPerSecond()).toBe(2_000_000);
  });

  it('ignores small change, and starts afresh when a volunteer takes its counter away', () => {
    const meter = createUploadMeter();
    meter.note(0, 5_000_000);
    meter.note(1000, 5_001_000);
    meter.note(2000, 0);
    meter.note(3000, 100);
    expect(meter.bytesPerSecond()).toBeNull();
  });
});
