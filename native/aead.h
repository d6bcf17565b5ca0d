#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

// AES-SIV-CMAC-256 (RFC 5297) for the NTS server: many operations on one memory in one call. AES itself is OpenSSL's.

/** An operation, as numbers of an Int32Array; all places are octets of the memory. */
struct AeadOperation {
  int32_t seal;  // 1: seal, 0: open
  int32_t key;   // 32 octets
  int32_t data;
  int32_t data_octets;
  int32_t nonce;
  int32_t nonce_octets;
  int32_t in;
  int32_t in_octets;
  int32_t out;
  int32_t result;  // written: 1, or 0 if the ciphertext is not authentic or a place is outside of the memory
};
constexpr size_t kOperationNumbers = sizeof(AeadOperation) / sizeof(int32_t);

class Siv;

/** The ciphers of one thread. The keys that were used last stay expanded. */
class AeadMachine {
 public:
  AeadMachine();
  ~AeadMachine();
  /** False if this Node exports no OpenSSL. */
  bool ready() const;
  void Run(uint8_t* memory, size_t octets, AeadOperation* operations, size_t count);

 private:
  static constexpr size_t kKeys = 4;
  Siv& KeyOf(const uint8_t* key);

  std::unique_ptr<Siv> keys_[kKeys];
  uint64_t uses_ = 0;
};
