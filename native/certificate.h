#pragma once
#include <ctime>
#include <string>
#include <vector>

// Judges certificates at another time than that of the clock, which node:tls cannot.

/** Result without a verdict of OpenSSL (X509_V_ERR_…, 0 is valid). */
constexpr int kNoOpenssl = -1;
constexpr int kUnreadableCertificate = -2;

/** Largest number of certificates in a chain. */
constexpr unsigned kLongestChain = 16;

struct ChainQuestion {
  /** DER; the certificate of the server first, then those that it sent. */
  std::vector<std::string> chain;
  /** PEM; the certificates that are trusted. */
  std::string authorities;
  /** Host name or IP address. */
  std::string name;
  bool is_address = false;
  time_t at = 0;
};

/** Returns the verdict of OpenSSL for a TLS server, or one of the results above. */
int JudgeChain(const ChainQuestion& question);
