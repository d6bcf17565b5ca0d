#include "mac.h"

namespace {
constexpr size_t kTextOctets = 17;

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
}  // namespace

bool ParseMac(const std::string& text, Mac* out) {
  if (text.size() != kTextOctets) return false;
  for (size_t i = 0; i < out->size(); i++) {
    const int high = Digit(text[3 * i]);
    const int low = Digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i > 0 && text[3 * i - 1] != ':')) return false;
    (*out)[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

int32_t FormatMac(const uint8_t* mac, char* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < 6; i++) {
    if (i > 0) out[3 * i - 1] = ':';
    out[3 * i] = kDigits[mac[i] >> 4];
    out[3 * i + 1] = kDigits[mac[i] & 0xf];
  }
  return kTextOctets;
}
