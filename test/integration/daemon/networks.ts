import { type Child, runToEnd, start } from '../support/child.ts';

/** An address of each family in the VPC. */
export const INSTANCE_ADDRESSES = ['10.9.0.2', 'fd00:9::2'] as const;

/** The address of a Managed Daemon, which only its instance reaches. */
export const DAEMON_ADDRESS = '169.254.172.2';

const GET = `const [url] = process.argv.slice(1);
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    async (response) => console.log(JSON.stringify({ status: response.status, text: await response.text() })),
    (error) => console.log(JSON.stringify({ status: 0, text: String(error.cause?.code ?? error.name) })),
  )`;

/** A network namespace, which lives as long as the process in it that does nothing. */
export interface Network {
  /** Its file. */
  readonly file: string;
  /** The beginning of a command that runs there. */
  readonly command: readonly string[];
  /** The answer to a request from there; status 0: none. */
  get(url: string): Promise<{ readonly status: number; readonly text: string }>;
}

/** The three networks of an instance with a Managed Daemon, as the agent of ECS joins them. Takes root. */
export interface Networks extends AsyncDisposable {
  readonly vpc: Network;
  readonly instance: Network;
  readonly daemon: Network;
}

export async function makeNetworks(): Promise<Networks> {
  const holders = [await hold(), await hold(), await hold()];
  const [vpc, instance, daemon] = holders.map(networkOf) as [Network, Network, Network];
  await join([vpc, '10.9.0.1/24', 'fd00:9::1/64'], [instance, '10.9.0.2/24', 'fd00:9::2/64']);
  await join([instance, '169.254.172.1/22'], [daemon, `${DAEMON_ADDRESS}/22`]);
  return {
    vpc,
    instance,
    daemon,
    async [Symbol.asyncDispose]() {
      for (const holder of holders) await holder.stop();
    },
  };
}

async function hold(): Promise<Child> {
  const holder = start('unshare', [
    '--net',
    'sh',
    '-c',
    'ip link set lo up && echo up && exec sleep infinity',
  ]);
  await holder.says(/^up$/m);
  return holder;
}

function networkOf({ pid }: Child): Network {
  const file = `/proc/${pid}/ns/net`;
  const command = ['nsenter', `--net=${file}`, '--'];
  return {
    file,
    command,
    async get(url) {
      const { stdout } = await runIn({ command }, [process.execPath, '--eval', GET, url]);
      return JSON.parse(stdout);
    },
  };
}

/** Joins two networks by a cable whose ends have these addresses. */
async function join(
  [one, ...addresses]: readonly [Network, ...string[]],
  [other, ...otherAddresses]: readonly [Network, ...string[]],
): Promise<void> {
  const [name, otherName] = ['inner', 'outer'];
  const pid = other.file.split('/')[2]!;
  await runIn(one, ['ip', 'link', 'add', name, 'type', 'veth', 'peer', otherName, 'netns', pid]);
  for (const [network, link, all] of [
    [one, name, addresses],
    [other, otherName, otherAddresses],
  ] as const) {
    for (const address of all) {
      const flags = address.includes(':') ? ['nodad'] : [];
      await runIn(network, ['ip', 'address', 'add', address, 'dev', link, ...flags]);
    }
    await runIn(network, ['ip', 'link', 'set', link, 'up']);
  }
}

async function runIn({ command }: Pick<Network, 'command'>, args: readonly string[]) {
  const [program = '', ...rest] = [...command, ...args];
  const finished = await runToEnd(program, rest);
  if (finished.code !== 0) throw new Error(`${args.join(' ')}: ${finished.stderr}`);
  return finished;
}
