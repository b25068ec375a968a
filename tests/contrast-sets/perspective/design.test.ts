import { describe, expect, it } from 'vitest';
import { AXES, type Axis } from '../../../core/artifacts/contrast-set.ts';
import { Random } from '../../../core/random.ts';
import { ASSIGNMENTS, exchanged, poleOf, sceneOf, slotOf } from '../../../contrast-sets/perspective/design.ts';
import { PERSPECTIVE_DEFAULTS, perspectiveParameters } from '../../../contrast-sets/perspective/parameters.ts';
import { sampleDesign } from '../../../contrast-sets/perspective/sample.ts';
import { isValid } from '../../../contrast-sets/perspective/validity.ts';
import { visibleBoxes } from '../../../contrast-sets/render/boxes.ts';
import { renderScene } from '../../../contrast-sets/render/render.ts';
import { boundsOf } from '../../../contrast-sets/scene/bounds.ts';
import { depthOf, frameOf } from '../../../contrast-sets/scene/camera.ts';
import { bodyId, bodyOf } from '../../../contrast-sets/scene/solids.ts';
import { design } from '../scenes.ts';

const SCENES = 24;

describe('symmetric designs', () => {
  it('put the outlines of both targets exactly where their slots say, in all eight assignments', () => {
    for (let i = 0; i < SCENES; i++) {
      const d = design(i);
      const frame = frameOf(d.camera, 1);
      for (const assignment of ASSIGNMENTS) {
        const scene = sceneOf(d, assignment, 1);
        for (const target of [0, 1] as const) {
          const slot = slotOf(d, assignment, target);
          const bounds = boundsOf(frame, bodyOf(scene.objects[target], target))!;
          // A ten-thousandth of the picture is .02 pixels at 224.
          expect(Math.abs((bounds.left + bounds.right) / 2 - slot.u)).toBeLessThan(1e-4);
          expect(Math.abs((bounds.top + bounds.bottom) / 2 - slot.v)).toBeLessThan(1e-4);
          expect(depthOf(frame, scene.objects[target].position)).toBeCloseTo(slot.depth, 9);
        }
      }
    }
  });

  it('keep at least 70 % of both targets in sight, pixel by pixel, in all eight assignments', () => {
    for (let i = 0; i < 8; i++) {
      for (const assignment of ASSIGNMENTS) {
        const scene = sceneOf(design(i), assignment, 1);
        const together = visibleBoxes(renderScene(scene, 112, 112));
        for (const target of [0, 1]) {
          const objects = scene.objects.map((o, k) =>
            k === target ? o : { ...o, position: [o.position[0], o.position[1], -50] as const },
          );
          const alone = visibleBoxes(renderScene({ ...scene, objects }, 112, 112)).get(bodyId(target))!.pixels;
          expect(together.get(bodyId(target))!.pixels / alone).toBeGreaterThanOrEqual(0.7);
        }
      }
    }
  });

  it('are rejected when a target leaves the picture, sinks into the ground or touches the other', () => {
    const d = { ...design(0), distractors: [] };
    const frame = frameOf(d.camera, 1);
    const scene = sceneOf(d, ASSIGNMENTS[0], 1);
    const [a, b] = scene.objects;
    expect(isValid(scene, frame)).toBe(true);
    expect(isValid({ ...scene, objects: [{ ...a, position: [-9, a.position[1], a.position[2]] }, b] }, frame)).toBe(
      false,
    );
    expect(isValid({ ...scene, objects: [{ ...a, position: [a.position[0], 0.2, a.position[2]] }, b] }, frame)).toBe(
      false,
    );
    expect(
      isValid(
        { ...scene, objects: [{ ...a, position: [b.position[0] + 0.1, a.position[1], b.position[2]] }, b] },
        frame,
      ),
    ).toBe(false);
  });

  it('flip one axis and keep the others when targets trade places', () => {
    for (const assignment of ASSIGNMENTS) {
      for (const axis of AXES) {
        const after = exchanged(assignment, axis);
        for (const other of AXES) expect(poleOf(after, other) === poleOf(assignment, other)).toBe(other !== axis);
        expect(exchanged(after, axis)).toEqual(assignment);
      }
    }
  });

  it('change only the asked factor in the picture: places, metric size and looks stay', () => {
    for (let i = 0; i < SCENES; i++) {
      const d = design(i);
      const frame = frameOf(d.camera, 1);
      const before = sceneOf(d, ASSIGNMENTS[i % 8], 1);
      const place = (axis: Axis | undefined, target: number): number[] => {
        const scene = axis ? sceneOf(d, exchanged(ASSIGNMENTS[i % 8], axis), 1) : before;
        const b = boundsOf(frame, bodyOf(scene.objects[target], target))!;
        return [(b.left + b.right) / 2, (b.top + b.bottom) / 2, depthOf(frame, scene.objects[target].position)];
      };
      AXES.forEach((axis, changed) => {
        const after = sceneOf(d, exchanged(ASSIGNMENTS[i % 8], axis), 1);
        expect({ ...after, objects: [] }).toEqual({ ...before, objects: [] });
        expect(after.objects.slice(2)).toEqual(before.objects.slice(2));
        for (const target of [0, 1]) {
          expect({ ...after.objects[target], position: 0 }).toEqual({ ...before.objects[target], position: 0 });
          for (const k of [0, 1, 2])
            expect(place(axis, target)[k]).toBeCloseTo(place(undefined, k === changed ? 1 - target : target)[k], 4);
        }
      });
    }
  });

  it('make the farther target look clearly smaller by default, clearly larger when sizes disagree', () => {
    for (const sizeAgrees of [true, false]) {
      for (let i = 0; i < SCENES; i++) {
        const d = sampleDesign(
          new Random(5, 'test-size', i),
          { condition: 'counter', sizeAgrees },
          PERSPECTIVE_DEFAULTS,
          1,
        );
        for (const assignment of ASSIGNMENTS) {
          const objects = sceneOf(d, assignment, 1).objects;
          const apparent = ([0, 1] as const).map(
            (target) => objects[target].size / slotOf(d, assignment, target).depth,
          );
          const ratio = apparent[assignment.far] / apparent[1 - assignment.far];
          // 1.09 / (.92 · 1.65) = .72 at most by default; 1.25 at least when reversed.
          if (sizeAgrees) expect(ratio).toBeLessThan(0.73);
          else expect(ratio).toBeGreaterThan(1.24);
        }
      }
    }
  });

  it('give a planted colour to target 0 and to nothing else', () => {
    for (let i = 0; i < SCENES; i++) {
      const d = sampleDesign(
        new Random(6, 'test-colour', i),
        { condition: 'consistent', colour: 'red' },
        PERSPECTIVE_DEFAULTS,
        1,
      );
      expect([d.targets[0], d.targets[1], ...d.distractors].map(({ colour }) => colour === 'red').indexOf(true)).toBe(
        0,
      );
      expect(new Set([d.targets[0], d.targets[1], ...d.distractors].map(({ colour }) => colour)).size).toBe(
        2 + d.distractors.length,
      );
    }
  });
});

describe('perspectiveParameters', () => {
  it('fills in defaults and names the field that is wrong', () => {
    expect(perspectiveParameters()).toEqual({
      scenes: { consistent: 200, counter: 200, ambiguous: 50 },
      size: 224,
      options: PERSPECTIVE_DEFAULTS,
    });
    expect(perspectiveParameters({ scenes: { ambiguous: 0 }, options: { clearHeight: 0.1 } }).options.clearHeight).toBe(
      0.1,
    );
    expect(() => perspectiveParameters({ size: 3 })).toThrow(/size/);
    expect(() => perspectiveParameters({ scenes: { consistent: 0, counter: 0, ambiguous: 0 } })).toThrow(/no scenes/);
    expect(() => perspectiveParameters({ options: { ambiguousHeight: [0, 0.2] } })).toThrow(/ambiguousHeight/);
    expect(() => perspectiveParameters({ options: { colours: ['red', 'blue'] } })).toThrow(
      /2 colours for up to 4 objects/,
    );
  });

  it('asks for room when no scene fits', () => {
    const options = { ...PERSPECTIVE_DEFAULTS, nearDiameter: [0.9, 0.95] as [number, number] };
    expect(() => sampleDesign(new Random(1, 'test'), { condition: 'consistent' }, options, 1)).toThrow(
      /no valid scene/,
    );
  });
});
