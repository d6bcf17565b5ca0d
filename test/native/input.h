#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/** The octets of one input, read from the front. Zeros follow its end. */
class Input {
 public:
  Input(const uint8_t* data, size_t octets) : data_(data), left_(octets) {}

  bool empty() const { return left_ == 0; }
  uint8_t Octet() {
    uint8_t value = 0;
    Copy(&value, 1);
    return value;
  }
  uint16_t Word() {
    const uint16_t high = Octet();
    return static_cast<uint16_t>(high << 8 | Octet());
  }
  /** Fills `out` as far as the input lasts. Returns the number of octets. */
  size_t Copy(void* out, size_t octets) {
    const size_t taken = std::min(octets, left_);
    if (taken > 0) std::memcpy(out, data_, taken);
    data_ += taken;
    left_ -= taken;
    return taken;
  }
  /** Copies octets into memory of exactly that size, so that the sanitizer sees a read beyond it. */
  std::vector<uint8_t> Octets(size_t octets) {
    std::vector<uint8_t> out(std::min(octets, left_));
    Copy(out.data(), out.size());
    out.shrink_to_fit();
    return out;
  }
  std::string Text(size_t octets) {
    const std::vector<uint8_t> raw = Octets(octets);
    return {raw.begin(), raw.end()};
  }

 private:
  const uint8_t* data_;
  size_t left_;
};
