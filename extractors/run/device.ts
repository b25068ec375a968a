/** Where graphs run: ONNX Runtime's execution providers, of which the installed onnxruntime-node has some. */
import { listSupportedBackends } from 'onnxruntime-node';
import { PlumblineError } from '../../core/errors.ts';

export const DEVICES = ['cpu', 'cuda', 'coreml', 'dml'] as const;
/** `cuda`: NVIDIA; `coreml`: macOS; `dml`: DirectML on Windows. */
export type Device = (typeof DEVICES)[number];

const NEEDS: Readonly<Record<Device, string>> = {
  cpu: '',
  cuda: 'it needs Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and ONNX Runtime’s CUDA libraries: docs/gpu.md says how to install them',
  coreml: 'it needs macOS',
  dml: 'it needs Windows with DirectX 12',
};

/** ONNX Runtime's providers for a device, in order of preference: what the device's lacks runs on the processor. */
export const providersOf = (device: Device): string[] => (device === 'cpu' ? ['cpu'] : [device, 'cpu']);

/**
 * Refuses a device that the installed ONNX Runtime wasn't built for.
 * @throws PlumblineError `device-unavailable`
 */
export function checkDevice(device: Device): void {
  const names = listSupportedBackends().map(({ name }) => name);
  if (names.includes(device)) return;
  throw deviceUnavailable(device, `this build of ONNX Runtime has ${names.join(', ')}`);
}

/** The error for a device that can't be used, with what it needs. */
export function deviceUnavailable(device: Device, found: string, cause?: unknown): PlumblineError {
  return new PlumblineError('device-unavailable', `can't run on \`${device}\`: ${found}`, {
    where: `--device ${device}`,
    hint: `${NEEDS[device]}; or use --device cpu`,
    cause,
  });
}
