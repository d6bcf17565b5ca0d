/**
 * Shell text for a guest whose two cards share a wire: card 0 in a namespace of its own, `m`, with the virtual clock
 * /dev/ptp2; card 1 beside the hub, with /dev/ptp3. The emulated clocks have faults in their frequency: only virtual clocks on
 * top of them are true.
 */
export const CARDS = `# The shell would take its own.
ip() { /usr/sbin/ip "$@"; }
modprobe igb
modprobe veth
sleep 1
ip netns add m
ip link set eth0 netns m
ip -n m link set eth0 up
ip link set eth1 up
sleep 3
echo 1 >/sys/class/ptp/ptp0/n_vclocks
echo 1 >/sys/class/ptp/ptp1/n_vclocks
`;

/** Of the card, as its manual has them: which message type it stamps on receipt, and the stamp whose reading frees the next. */
const STAMPED_TYPE = 0x5f50;
const RECEIVE_STAMP_HIGH = 0xb630;
const DELAY_REQ = 0x0100;

/**
 * The emulated cards stamp one type of message (Sync, unless told otherwise), and the next one only after the last stamp was
 * read in a way that the driver does not know. This loop makes up for it: card \`master\` stamps Delay_Req, the other Sync.
 */
export const stampEvents = (
  master: 0 | 1,
): string => `base() { printf '%d' "$(head -n 1 "/sys/bus/pci/devices/0000:00:$1.0/resource" | cut -d' ' -f1)"; }
card0=$(base 02)
card1=$(base 04)
(
  while :; do
    devmem $((card${master} + ${STAMPED_TYPE})) 32 ${DELAY_REQ}
    devmem $((card0 + ${RECEIVE_STAMP_HIGH})) 32
    devmem $((card1 + ${RECEIVE_STAMP_HIGH})) 32
    usleep 30000
  done
) >/dev/null 2>&1 &
`;

export interface Truth {
  readonly atS: number;
  readonly offsetsNs: Readonly<Record<string, number>>;
  /** What the hub says of its clocks. */
  readonly believedNs: Readonly<Record<string, number>>;
}

/** What the guest printed beside. */
export const withoutTruth = (log: string): string => log.replaceAll(/^TRUTH .*\n/gm, '');

export const parseTruth = (log: string): readonly Truth[] =>
  [...log.matchAll(/^TRUTH (.*)$/gm)].map((match) => JSON.parse(match[1]!) as Truth);
