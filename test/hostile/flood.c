/*
 * Sends UDP datagrams over IPv4 from forged addresses, at a given rate, until it is killed or its parent ends. Every 100 ms it
 * prints the number of datagrams so far on a line. Needs CAP_NET_RAW.
 *
 *   flood ADDRESS PORT FROM CLIENTS SOURCE-PORT RATE PAYLOAD [FIELD@OFFSET]...
 *
 * FROM is the first of CLIENTS consecutive IPv4 addresses; each client sends in turn, in an order that looks random.
 * SOURCE-PORT 0: another port for each datagram. RATE: datagrams a second. PAYLOAD: hexadecimal digits. A FIELD is written
 * into each datagram: `client`, 4 octets, the number of the client; `sequence`, 2 octets, the number of the client's datagrams;
 * `random`, 4 octets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 16, MAX_PAYLOAD = 1400, MAX_FIELDS = 8, HEADERS = sizeof(struct iphdr) + sizeof(struct udphdr) };
/* Knuth's multiplier, a prime: no number of clients that is in use is a multiple of it. */
#define SCATTER 2654435761u
#define REPORT_NS 100000000ull
/* A longer delay is not made up for: that would be a burst above the rate. */
#define MAX_LAG_S 0.005

struct field {
  char kind;
  size_t offset;
};

static uint64_t state = 88172645463325252u;

static uint32_t draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state >> 16;
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void write_field(uint8_t *payload, struct field field, uint32_t client, uint64_t round) {
  uint32_t word = htonl(field.kind == 'c' ? client : draw());
  uint16_t half = htons(round);
  if (field.kind == 's')
    memcpy(payload + field.offset, &half, sizeof half);
  else
    memcpy(payload + field.offset, &word, sizeof word);
}

static struct field parse_field(const char *text, size_t length) {
  const char *at = strchr(text, '@');
  struct field field = {text[0], at == NULL ? length : strtoul(at + 1, NULL, 10)};
  if (strchr("csr", field.kind) == NULL || field.offset + 4 > length) {
    fprintf(stderr, "flood: no such field in a payload of %zu octets: %s\n", length, text);
    exit(1);
  }
  return field;
}

int main(int argc, char **argv) {
  if (argc < 8) {
    fprintf(stderr, "usage: flood ADDRESS PORT FROM CLIENTS SOURCE-PORT RATE PAYLOAD [FIELD@OFFSET]...\n");
    return 1;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sockaddr_in to = {.sin_family = AF_INET};
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 1;
  const uint16_t port = atoi(argv[2]);
  const uint32_t first = ntohl(inet_addr(argv[3]));
  const uint64_t clients = strtoull(argv[4], NULL, 10);
  const uint16_t source_port = atoi(argv[5]);
  const double rate = atof(argv[6]);
  uint8_t template[MAX_PAYLOAD];
  const size_t length = strlen(argv[7]) / 2;
  if (length > MAX_PAYLOAD || clients == 0 || rate <= 0) return 1;
  for (size_t i = 0; i < length; i++)
    if (sscanf(argv[7] + 2 * i, "%2hhx", template + i) != 1) return 1;
  struct field fields[MAX_FIELDS];
  const int count = argc - 8 < MAX_FIELDS ? argc - 8 : MAX_FIELDS;
  for (int i = 0; i < count; i++) fields[i] = parse_field(argv[8 + i], length);

  const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  if (fd < 0) fail("flood: raw socket");
  static uint8_t packets[BATCH][HEADERS + MAX_PAYLOAD];
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    struct iphdr *ip = (void *)packets[i];
    *ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = to.sin_addr.s_addr};
    ip->tot_len = htons(HEADERS + length);
    parts[i] = (struct iovec){packets[i], HEADERS + length};
    messages[i].msg_hdr =
        (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = parts + i, .msg_iovlen = 1};
  }

  uint64_t sent = 0, last = now_ns(), reported = last;
  double due = 0;
  for (;;) {
    const uint64_t now = now_ns();
    due += (now - last) / 1e9 * rate;
    last = now;
    if (due - sent > rate * MAX_LAG_S) due = sent + rate * MAX_LAG_S;
    if (now - reported >= REPORT_NS) {
      printf("%llu\n", (unsigned long long)sent);
      fflush(stdout);
      reported = now;
    }
    if (sent + 1 > due) {
      nanosleep(&(struct timespec){0, 200000}, NULL);
      continue;
    }
    int batch = due - sent < BATCH ? (int)(due - sent) : BATCH;
    for (int i = 0; i < batch; i++) {
      const uint64_t turn = (sent + i) % clients, round = (sent + i) / clients;
      const uint32_t client = (turn * SCATTER) % clients;
      struct iphdr *ip = (void *)packets[i];
      struct udphdr *udp = (void *)(packets[i] + sizeof *ip);
      uint8_t *payload = packets[i] + HEADERS;
      ip->saddr = htonl(first + client);
      udp->source = htons(source_port != 0 ? source_port : 1024 + draw() % 60000);
      udp->dest = htons(port);
      udp->len = htons(sizeof *udp + length);
      memcpy(payload, template, length);
      for (int k = 0; k < count; k++) write_field(payload, fields[k], client, round);
    }
    const int done = sendmmsg(fd, messages, batch, 0);
    if (done < 0 && errno != ENOBUFS && errno != EAGAIN) fail("flood: sendmmsg");
    if (done > 0) sent += done;
  }
}
