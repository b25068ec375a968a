import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { boundsOf } from '../../../contrast-sets/scene/bounds.ts';
import { frameOf, groundRow, project, unproject } from '../../../contrast-sets/scene/camera.ts';
import { SHAPES } from '../../../contrast-sets/scene/model.ts';
import { bodyOf } from '../../../contrast-sets/scene/solids.ts';

const camera = fc.record({
  height: fc.double({ min: 0.5, max: 4, noNaN: true }),
  pitch: fc.double({ min: 0, max: 30, noNaN: true }),
  fov: fc.double({ min: 25, max: 80, noNaN: true }),
});
const inPicture = fc.double({ min: 0, max: 1, noNaN: true });

describe('camera', () => {
  it('projects what it unprojects', () => {
    fc.assert(
      fc.property(camera, inPicture, inPicture, fc.double({ min: 0.5, max: 50, noNaN: true }), (c, u, v, depth) => {
        const frame = frameOf(c, 1);
        const back = project(frame, unproject(frame, u, v, depth));
        // A dozen operations in float64 on numbers below 100.
        expect(back.u).toBeCloseTo(u, 11);
        expect(back.v).toBeCloseTo(v, 11);
        expect(back.depth).toBeCloseTo(depth, 11);
      }),
    );
  });

  it('puts the horizon where far ground goes, and half the picture at the field of view', () => {
    const frame = frameOf({ height: 2, pitch: 12, fov: 50 }, 1.5);
    expect(groundRow(frame, 1e9)).toBeCloseTo(frame.horizon, 6);
    expect(0.5 / frame.focal).toBeCloseTo(Math.tan((25 * Math.PI) / 180), 12);
    expect(frame.horizon).toBeCloseTo(0.5 - frame.focal * Math.tan((12 * Math.PI) / 180), 12);
  });
});

describe('boundsOf', () => {
  it('is the tight rectangle around densely projected surface points', () => {
    fc.assert(
      fc.property(
        camera,
        fc.constantFrom(...SHAPES),
        fc.double({ min: 0, max: 90, noNaN: true }),
        inPicture,
        inPicture,
        fc.double({ min: 2, max: 9, noNaN: true }),
        (c, shape, yaw, u, v, depth) => {
          const frame = frameOf(c, 1);
          const body = bodyOf(
            { colour: 'red', shape, size: 0.6, yaw, support: 'cord', position: unproject(frame, u, v, depth) },
            0,
          );
          const bounds = boundsOf(frame, body)!;
          const seen = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
          const add = (x: number, y: number, z: number): void => {
            const p = project(frame, [
              body.x + x * body.cos + z * body.sin,
              body.y + y,
              body.z - x * body.sin + z * body.cos,
            ]);
            seen.left = Math.min(seen.left, p.u);
            seen.right = Math.max(seen.right, p.u);
            seen.top = Math.min(seen.top, p.v);
            seen.bottom = Math.max(seen.bottom, p.v);
          };
          const steps = 240;
          for (let i = 0; i < steps; i++) {
            const angle = (2 * Math.PI * i) / steps;
            const [x, z] = [body.rx * Math.cos(angle), body.rx * Math.sin(angle)];
            if (shape === 'sphere') {
              for (let j = 0; j <= steps; j++) {
                const latitude = (Math.PI * j) / steps;
                add(x * Math.sin(latitude), body.rx * Math.cos(latitude), z * Math.sin(latitude));
              }
            } else if (shape === 'box') {
              for (let corner = 0; corner < 8; corner++)
                add(corner & 1 ? body.rx : -body.rx, corner & 2 ? body.ry : -body.ry, corner & 4 ? body.rz : -body.rz);
            } else {
              add(x, -body.ry, z);
              if (shape === 'cylinder') add(x, body.ry, z);
              else add(0, body.ry, 0);
            }
          }
          // Sampling a circle at 1.5° steps misses its extreme by at most r(1 − cos .75°) < 1e-4 r, and r is below .4
          // heights here.
          for (const side of ['left', 'right', 'top', 'bottom'] as const)
            expect(Math.abs(bounds[side] - seen[side])).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 40 },
    );
  });
});
