import { describe, expect, it } from 'vitest';
import { capabilities } from './fixture.js';
import { lackedOfClass } from './gpu-class.js';

const gpu = (vendor: string, architecture: string, software = false) =>
  capabilities({ software, adapter: { vendor, architecture, description: '', browser: 'test-1' } });

describe('a class of GPU', () => {
  it.each([
    ['nvidia', 'turing'],
    ['nvidia', 'ampere'],
    ['NVIDIA', 'Blackwell'],
    ['amd', 'rdna-2'],
    ['amd', 'rdna-4'],
    ['intel', 'xe-2hpg'],
    ['apple', 'apple-9'],
  ])('%s %s has ray-tracing hardware', (vendor, architecture) => {
    expect(lackedOfClass(gpu(vendor, architecture), 'rayTracing')).toBeNull();
  });

  it.each([
    ['nvidia', 'pascal'],
    ['amd', 'rdna-1'],
    ['amd', 'gcn-5'],
    ['intel', 'gen-12lp'],
    ['apple', 'apple-8'],
    ['', ''],
  ])('%s %s has none', (vendor, architecture) => {
    expect(lackedOfClass(gpu(vendor, architecture), 'rayTracing')).toMatch(/ray-tracing hardware \(has/);
    expect(lackedOfClass(gpu(vendor, architecture), 'hardware')).toBeNull();
  });

  it('a software adapter is of none, whatever it calls itself', () => {
    expect(lackedOfClass(gpu('nvidia', 'ampere', true), 'hardware')).toMatch(/in software/);
    expect(lackedOfClass(gpu('nvidia', 'ampere', true), 'rayTracing')).toMatch(/in software/);
  });
});
