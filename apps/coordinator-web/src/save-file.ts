import type { Bytes } from '@tabgrid/protocol/bytes';

/** Hands a file to the browser's download. Its memory is freed once the download has surely begun to read it. */
export function saveFile(bytes: Bytes, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
