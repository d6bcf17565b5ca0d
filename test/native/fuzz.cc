// libFuzzer's entry. It tests the addon's readers of data that outsiders send and the kernel passes on. The first octet of an
// input chooses the reader. scripts/fuzz-native.ts builds and runs it.
#include <linux/if_arp.h>
#include <linux/if_packet.h>

#include <cstdlib>
#include <memory>
#include <system_error>

#include "../../native/ethernet.h"
#include "../../native/interface.h"
#include "../../native/pdelay-answers.h"
#include "../../native/udp.h"
#include "../../native/unix.h"
#include "fake-kernel.h"

namespace {
constexpr int kFills = 4;
constexpr int kMessageOctets = 54;

void Must(bool holds) {
  if (!holds) std::abort();
}

/** The properties that src/host/net/arena.ts relies on. */
void Check(const Record& record) {
  Must(record.kind >= kDatagram && record.kind <= kLinkChange);
  Must(record.stamped >= kByUs && record.stamped <= kByHardware);
  Must(record.from_length >= 0 && record.from_length <= static_cast<int32_t>(sizeof record.from));
  Must(record.to_length >= 0 && record.to_length <= static_cast<int32_t>(sizeof record.to));
  if (record.kind != kDatagram) return;
  Must(record.number >= 0 && record.number <= kSlotOctets);
  Must(record.payload >= kPayloads && record.payload + record.number <= kArenaOctets);
}

/** Memory of exactly the needed size, new for each input, so that no input reads the octets of the one before. */
void FillFrom(Source* source, Input* input, PdelayAnswers* answers = nullptr) {
  const std::unique_ptr<uint8_t[]> memory(new uint8_t[kArenaOctets]);
  const Arena arena{memory.get()};
  AnswerFrom(input);
  for (int turn = 0; turn < kFills && !input->empty(); turn++) {
    const int count = source->Fill(arena);
    Must(count >= 0 && count <= kSlots);
    for (int i = 0; i < count; i++) {
      Check(arena.record(i));
      if (answers != nullptr) answers->Take(arena.record(i), arena.base + arena.record(i).payload);
    }
  }
  AnswerFrom(nullptr);
}

StampOptions Stamps(uint8_t bits) {
  StampOptions out;
  out.transmit = (bits & 1) != 0;
  out.hardware = (bits & 2) != 0;
  return out;
}

UdpOptions Udp(const char* local, uint8_t bits) {
  UdpOptions options;
  Must(ParseAddress(local, 123, &options.local));
  if ((bits & 4) != 0) Must(ParseAddress("192.0.2.1", 123, &options.peer.emplace()));
  options.stamps = Stamps(bits);
  return options;
}

/** Sends as many datagrams as the input says, so that stamps can match a datagram. */
template <typename Send>
void SendSome(Input* input, Send send) {
  AnswerFrom(input);
  for (int count = input->Octet() & 3; count > 0; count--) {
    try {
      send();
    } catch (const std::system_error&) {
      // The kernel refused it.
    }
  }
  AnswerFrom(nullptr);
}

const uint8_t kPayload[] = {1, 2, 3};

void ReadUdp(const char* local, Input* input) {
  UdpSocket socket(Udp(local, input->Octet()));
  Moment before;
  Address to;
  Must(ParseAddress("192.0.2.1", 123, &to));
  SendSome(input, [&] { socket.Send(kPayload, sizeof kPayload, to, std::nullopt, &before); });
  FillFrom(&socket, input);
}

EthernetOptions Ethernet(uint8_t bits) {
  EthernetOptions options;
  options.interface = "lo";
  options.ether_type = 0x88f7;
  options.groups = {{0x01, 0x1b, 0x19, 0, 0, 0}};
  options.stamps = Stamps(bits);
  return options;
}

void ReadEthernet(Input* input) {
  EthernetSocket socket(Ethernet(input->Octet()));
  Moment before;
  SendSome(input, [&] { socket.Send(kPayload, sizeof kPayload, Mac{}, &before); });
  FillFrom(&socket, input);
}

/** Answers Pdelay_Req that come over Ethernet. The answers go out over the same socket. */
void AnswerPdelay(Input* input) {
  PdelayOptions options;
  options.response.assign(kMessageOctets, 0);
  options.response[0] = 0x13;
  options.response[1] = 0x12;
  options.follow_up = options.response;
  options.ingress_ns = 999'999'999;
  options.egress_ns = 999'999'999;
  const StampOptions stamps = Stamps(input->Octet() | 1);
  options.hardware = stamps.hardware;
  EthernetOptions ethernet = Ethernet(0);
  ethernet.stamps = stamps;
  EthernetSocket socket(ethernet);
  const auto send = [&](const std::vector<uint8_t>& octets, Moment* before) {
    return socket.Send(octets.data(), octets.size(), Mac{}, before);
  };
  PdelayAnswers answers(options, send, send);
  FillFrom(&socket, input, &answers);
  const PdelayCounts counts = answers.counts();
  Must(counts.responses <= counts.requests && counts.follow_ups <= counts.responses);
}

void ReadUnix(Input* input) {
  UnixSocket socket("@timehub-fuzz", 0600);
  FillFrom(&socket, input);
}

/** Reads notices of changed interfaces, and the kernel's answers about one of them. */
void WatchLinks(Input* input) {
  LinkWatch watch;
  FillFrom(&watch, input);
  AnswerFrom(input);
  ReadInterface("lo");
  ReadStampConfig("lo");
  AnswerFrom(nullptr);
}

/** Control messages alone, in memory of exactly their size. */
void ReadControlMessages(Input* input) {
  std::vector<uint8_t> octets = input->Octets(4096);
  msghdr message{};
  message.msg_control = octets.data();
  message.msg_controllen = octets.size();
  const Control control = ReadControl(message);
  Must(control.software >= 0);
}

void ReadTexts(Input* input) {
  const std::string text = input->Text(128);
  char out[64];
  Address address;
  if (ParseAddress(text, 1, &address)) {
    const int32_t length = FormatAddress(address, out);
    Must(length > 0 && length <= static_cast<int32_t>(sizeof out));
    Must(Mapped(address).family() == AF_INET6);
  }
  Mac mac;
  if (ParseMac(text, &mac)) Must(FormatMac(mac.data(), out) == 17);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t octets) {
  Input input(data, octets);
  switch (input.Octet() % 8) {
    case 0: ReadControlMessages(&input); break;
    case 1: ReadUdp("192.0.2.9", &input); break;
    case 2: ReadUdp("2001:db8::9", &input); break;
    case 3: ReadEthernet(&input); break;
    case 4: AnswerPdelay(&input); break;
    case 5: ReadUnix(&input); break;
    case 6: WatchLinks(&input); break;
    default: ReadTexts(&input);
  }
  return 0;
}
