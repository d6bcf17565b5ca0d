#include "aead.h"

#include <cstring>

#include "openssl.h"

namespace {

constexpr size_t kBlock = 16;
constexpr size_t kKeyOctets = 32;
/** Octets of the longest text: a packet on Ethernet. */
constexpr int32_t kLongest = 2048;
constexpr int32_t kTag = 16;
constexpr uint8_t kZero[kBlock] = {};

void Double(uint8_t* block) {
  const uint8_t carry = block[0] >> 7;
  for (size_t i = 0; i + 1 < kBlock; i++) block[i] = static_cast<uint8_t>(block[i] << 1 | block[i + 1] >> 7);
  block[kBlock - 1] = static_cast<uint8_t>(block[kBlock - 1] << 1 ^ (carry != 0 ? 0x87 : 0));
}

void XorInto(uint8_t* target, const uint8_t* source, size_t octets) {
  for (size_t i = 0; i < octets; i++) target[i] ^= source[i];
}

/** Compares in a time that does not depend on the content. */
bool Same(const uint8_t* a, const uint8_t* b) {
  uint8_t difference = 0;
  for (size_t i = 0; i < kBlock; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

bool Fits(int32_t at, int32_t octets, size_t memory) {
  return at >= 0 && octets >= 0 && static_cast<size_t>(at) + static_cast<size_t>(octets) <= memory;
}

}  // namespace

/** AES-SIV with one key. */
class Siv {
 public:
  explicit Siv(const openssl::CipherFunctions& ssl)
      : ssl_(ssl), chain_(ssl.EVP_CIPHER_CTX_new()), counter_(ssl.EVP_CIPHER_CTX_new()) {
    if (!ready()) return;
    // A context that has its cipher takes a new key in a third of the time.
    ssl.EVP_EncryptInit_ex(chain_, ssl.EVP_aes_128_cbc(), nullptr, kZero, kZero);
    ssl.EVP_CIPHER_CTX_set_padding(chain_, 0);
    ssl.EVP_EncryptInit_ex(counter_, ssl.EVP_aes_128_ctr(), nullptr, kZero, kZero);
  }
  Siv(const Siv&) = delete;
  ~Siv() {
    ssl_.EVP_CIPHER_CTX_free(chain_);
    ssl_.EVP_CIPHER_CTX_free(counter_);
  }

  bool ready() const { return chain_ != nullptr && counter_ != nullptr; }
  bool Has(const uint8_t* key) const { return used != 0 && std::memcmp(key, key_, kKeyOctets) == 0; }

  void SetKey(const uint8_t* key) {
    std::memcpy(key_, key, kKeyOctets);
    ssl_.EVP_EncryptInit_ex(chain_, nullptr, nullptr, key, kZero);
    can_count_ = false;
    std::memset(chained_, 0, kBlock);
    std::memset(work_, 0, kBlock);
    Chain(kBlock);
    std::memcpy(complete_, chained_, kBlock);
    Double(complete_);
    std::memcpy(padded_, complete_, kBlock);
    Double(padded_);
    Cmac(kZero, kBlock, zero_code_);
  }

  /** S2V (RFC 5297 §2.4) with two strings before the text. */
  void Vector(const uint8_t* data, size_t data_octets, const uint8_t* nonce, size_t nonce_octets, const uint8_t* text,
              size_t octets, uint8_t* out) {
    uint8_t sum[kBlock];
    uint8_t code[kBlock];
    std::memcpy(sum, zero_code_, kBlock);
    Double(sum);
    Cmac(data, data_octets, code);
    XorInto(sum, code, kBlock);
    Double(sum);
    Cmac(nonce, nonce_octets, code);
    XorInto(sum, code, kBlock);
    if (octets >= kBlock) {
      std::memcpy(text_, text, octets);
      XorInto(text_ + octets - kBlock, sum, kBlock);
      Cmac(text_, octets, out);
      return;
    }
    Double(sum);
    XorInto(sum, text, octets);
    sum[octets] ^= 0x80;
    Cmac(sum, kBlock, out);
  }

  /** AES-CTR from the tag, in which two bits are cleared (RFC 5297 §2.5). */
  void Count(const uint8_t* tag, const uint8_t* in, size_t octets, uint8_t* out) {
    if (octets == 0) return;
    uint8_t start[kBlock];
    std::memcpy(start, tag, kBlock);
    start[8] &= 0x7f;
    start[12] &= 0x7f;
    // The request of a client needs no counter, as it has no plaintext.
    ssl_.EVP_EncryptInit_ex(counter_, nullptr, nullptr, can_count_ ? nullptr : key_ + kBlock, start);
    can_count_ = true;
    int written = 0;
    ssl_.EVP_EncryptUpdate(counter_, out, &written, in, static_cast<int>(octets));
  }

  uint64_t used = 0;

 private:
  /** Encrypts `work_` in CBC mode from zero: what the cipher has chained is cancelled in the first block. */
  void Chain(size_t octets) {
    XorInto(work_, chained_, kBlock);
    int written = 0;
    ssl_.EVP_EncryptUpdate(chain_, encrypted_, &written, work_, static_cast<int>(octets));
    std::memcpy(chained_, encrypted_ + octets - kBlock, kBlock);
  }

  /** RFC 4493. */
  void Cmac(const uint8_t* text, size_t octets, uint8_t* out) {
    const size_t blocks = octets == 0 ? 1 : (octets + kBlock - 1) / kBlock;
    const size_t end = blocks * kBlock;
    std::memcpy(work_, text, octets);
    if (octets < end) {
      work_[octets] = 0x80;
      std::memset(work_ + octets + 1, 0, end - octets - 1);
    }
    XorInto(work_ + end - kBlock, octets == end ? complete_ : padded_, kBlock);
    Chain(end);
    std::memcpy(out, chained_, kBlock);
  }

  const openssl::CipherFunctions& ssl_;
  openssl::CipherContext* chain_;
  openssl::CipherContext* counter_;
  uint8_t key_[kKeyOctets];
  bool can_count_ = false;
  uint8_t chained_[kBlock];
  uint8_t complete_[kBlock];
  uint8_t padded_[kBlock];
  uint8_t zero_code_[kBlock];
  uint8_t work_[kLongest + kBlock];
  uint8_t text_[kLongest];
  uint8_t encrypted_[kLongest + 2 * kBlock];
};

AeadMachine::AeadMachine() {
  const openssl::CipherFunctions* ssl = openssl::LoadCiphers();
  for (auto& key : keys_) {
    if (ssl != nullptr) key = std::make_unique<Siv>(*ssl);
    if (key != nullptr && !key->ready()) key.reset();
  }
}

AeadMachine::~AeadMachine() = default;

bool AeadMachine::ready() const {
  for (const auto& key : keys_) {
    if (key == nullptr) return false;
  }
  return true;
}

/** Returns the cipher of a key; the one whose last use is longest ago gets a new key. */
Siv& AeadMachine::KeyOf(const uint8_t* key) {
  Siv* oldest = keys_[0].get();
  for (const auto& candidate : keys_) {
    if (candidate->Has(key)) {
      candidate->used = ++uses_;
      return *candidate;
    }
    if (candidate->used < oldest->used) oldest = candidate.get();
  }
  oldest->SetKey(key);
  oldest->used = ++uses_;
  return *oldest;
}

void AeadMachine::Run(uint8_t* memory, size_t octets, AeadOperation* operations, size_t count) {
  for (size_t i = 0; i < count; i++) {
    AeadOperation& op = operations[i];
    op.result = 0;
    const bool seal = op.seal == 1;
    // Checked first: then no sum below overflows.
    if (op.in_octets < 0 || op.in_octets > kLongest || op.data_octets > kLongest || op.nonce_octets > kLongest) continue;
    const int32_t text = seal ? op.in_octets : op.in_octets - kTag;
    const int32_t out = seal ? op.in_octets + kTag : text;
    if (text < 0) continue;
    if (!Fits(op.key, kKeyOctets, octets) || !Fits(op.data, op.data_octets, octets) ||
        !Fits(op.nonce, op.nonce_octets, octets) || !Fits(op.in, op.in_octets, octets) || !Fits(op.out, out, octets)) {
      continue;
    }
    Siv& siv = KeyOf(memory + op.key);
    const uint8_t* data = memory + op.data;
    const uint8_t* nonce = memory + op.nonce;
    const auto data_octets = static_cast<size_t>(op.data_octets);
    const auto nonce_octets = static_cast<size_t>(op.nonce_octets);
    const auto length = static_cast<size_t>(text);
    uint8_t tag[kBlock];
    if (seal) {
      const uint8_t* plain = memory + op.in;
      siv.Vector(data, data_octets, nonce, nonce_octets, plain, length, tag);
      siv.Count(tag, plain, length, memory + op.out + kBlock);
      std::memcpy(memory + op.out, tag, kBlock);
      op.result = 1;
    } else {
      const uint8_t* given = memory + op.in;
      uint8_t plain[kLongest];
      siv.Count(given, given + kBlock, length, plain);
      siv.Vector(data, data_octets, nonce, nonce_octets, plain, length, tag);
      if (!Same(tag, given)) continue;
      std::memcpy(memory + op.out, plain, length);
      op.result = 1;
    }
  }
}
