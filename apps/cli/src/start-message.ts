import { hostInUrl, isLoopback, isSecureOrigin, isWildcard, lanAddresses } from '@tabgrid/signaling/reach';

/** Where a server is reached. */
export interface Reach {
  /** Origins for browsers on this machine, then on its networks; `{port}` stands for the port. */
  readonly origins: readonly string[];
  /** What join links begin with; null when only this machine reaches the server. */
  readonly publicUrl: string | null;
}

/** More addresses than that help nobody. */
const MAX_ADDRESSES = 4;

/** @param lan this machine's addresses on its networks */
export function reachedBy(
  options: {
    readonly host: string;
    readonly port: number;
    readonly tls: unknown;
    readonly publicUrl?: string | null;
  },
  lan: readonly string[] = lanAddresses(),
): Reach {
  const { host, port } = options;
  const scheme = options.tls ? 'https' : 'http';
  const outside = isWildcard(host) ? lan.slice(0, MAX_ADDRESSES) : isLoopback(host) ? [] : [host];
  const hosts = [...(isWildcard(host) || isLoopback(host) ? ['localhost'] : []), ...outside];
  const [first] = outside;
  // A free port is known only later, when the pages have been told already.
  const guessed = first === undefined || port === 0 ? null : `${scheme}://${hostInUrl(first)}:${port}`;
  return {
    origins: hosts.map((name) => `${scheme}://${hostInUrl(name)}:{port}`),
    publicUrl: options.publicUrl ?? guessed,
  };
}

/** What is printed once the server runs. */
export function startMessage(
  about: Reach & {
    readonly port: number;
    readonly selfSigned: boolean;
    readonly secretKept: { readonly path: string; readonly fresh: boolean } | null;
  },
): string {
  const local = about.origins.map((origin) => origin.replace('{port}', String(about.port)));
  const origins = [...new Set([...(about.publicUrl === null ? [] : [about.publicUrl]), ...local])];
  const lines = ['tabgrid is running; Ctrl-C stops it.', ''];
  for (const origin of origins) lines.push(`  Dashboard  ${origin}/`, `  Peer tab   ${origin}/peer`, '');

  const insecure = origins.filter((origin) => !isSecureOrigin(origin));
  if (about.publicUrl === null) {
    lines.push('Only this machine reaches it. For others: --host 0.0.0.0 --https, or --public-url behind a proxy.');
  }
  if (insecure.length > 0) {
    lines.push(
      `Browsers give WebGPU and WebCrypto to secure pages only, that is over TLS or at localhost. At ${insecure.join(', ')}`,
      'the pages open, but they cannot compute. Start with --https (a self-signed certificate) or with --cert and --key,',
      'or put a proxy with TLS in front and name it: --public-url https://grid.example.org',
    );
  }
  if (about.selfSigned) {
    lines.push('The certificate is self-signed: every browser warns once, and goes on when told to.');
  }
  if (about.secretKept?.fresh) {
    lines.push(`A new secret lies in ${about.secretKept.path}; with it, owners keep their rooms across restarts.`);
  }
  return lines.join('\n').trimEnd();
}
