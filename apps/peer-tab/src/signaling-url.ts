import { SIGNALING_PATH } from '@tabgrid/protocol/signaling';

/** The signaling server stands where this page came from. @param href the page's address */
export function signalingUrl(href: string): string {
  const url = new URL(SIGNALING_PATH, href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
