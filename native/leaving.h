#pragma once
#include <sys/socket.h>

#include <cstdint>

#include "address.h"

/** Room of the control messages of a datagram that is sent: an IPv6 address to leave from, and a request for a stamp. */
constexpr int kLeavingOctets = 64;

/** Makes a datagram leave from `local`; from any address if its length is 0. `control`: `kLeavingOctets`. */
void LeaveFrom(const Address& local, void* control, msghdr* message);

/** Asks for the transmit stamp of a datagram, after `LeaveFrom`. */
void AskForStamp(void* control, msghdr* message);
