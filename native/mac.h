#pragma once
#include <array>
#include <cstdint>
#include <string>

using Mac = std::array<uint8_t, 6>;

/** Parses `01:1b:19:00:00:00`. Returns false when the text is no such address. */
bool ParseMac(const std::string& text, Mac* out);

/** Writes the address as 17 characters and returns 17. */
int32_t FormatMac(const uint8_t* mac, char* out);
