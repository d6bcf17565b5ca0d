#include "certificate.h"

#include <memory>

#include "openssl.h"

namespace {

using openssl::Certificate;
using openssl::Functions;

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/** X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, as node:tls judges names. */
constexpr unsigned int kNoPartialWildcards = 4;

/** Adds all certificates of a PEM text. Returns their number. */
int AddAuthorities(const Functions& ssl, const std::string& pem, openssl::Store* store) {
  openssl::Bio* text = ssl.BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  if (text == nullptr) return 0;
  int count = 0;
  while (Certificate* one = ssl.PEM_read_bio_X509(text, nullptr, nullptr, nullptr)) {
    count += ssl.X509_STORE_add_cert(store, one);
    ssl.X509_free(one);
  }
  ssl.BIO_free(text);
  return count;
}

}  // namespace

int JudgeChain(const ChainQuestion& question) {
  const Functions* loaded = openssl::Load();
  if (loaded == nullptr) return kNoOpenssl;
  const Functions& ssl = *loaded;

  std::vector<Owned<Certificate>> chain;
  for (const std::string& der : question.chain) {
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    Owned<Certificate> one(ssl.d2i_X509(nullptr, &data, static_cast<long>(der.size())), ssl.X509_free);
    if (one == nullptr) break;
    chain.push_back(std::move(one));
  }
  Owned<openssl::Store> store(ssl.X509_STORE_new(), ssl.X509_STORE_free);
  Owned<openssl::CertificateStack> others(ssl.OPENSSL_sk_new_null(), ssl.OPENSSL_sk_free);
  Owned<openssl::StoreContext> context(ssl.X509_STORE_CTX_new(), ssl.X509_STORE_CTX_free);
  int verdict = kUnreadableCertificate;
  if (!chain.empty() && chain.size() == question.chain.size() && store != nullptr && others != nullptr &&
      context != nullptr && AddAuthorities(ssl, question.authorities, store.get()) > 0) {
    for (size_t i = 1; i < chain.size(); i++) ssl.OPENSSL_sk_push(others.get(), chain[i].get());
    if (ssl.X509_STORE_CTX_init(context.get(), store.get(), chain[0].get(), others.get()) == 1 &&
        ssl.X509_STORE_CTX_set_default(context.get(), "ssl_server") == 1) {
      openssl::Parameters* wishes = ssl.X509_STORE_CTX_get0_param(context.get());
      ssl.X509_VERIFY_PARAM_set_time(wishes, question.at);
      ssl.X509_VERIFY_PARAM_set_hostflags(wishes, kNoPartialWildcards);
      const int named = question.is_address
                            ? ssl.X509_VERIFY_PARAM_set1_ip_asc(wishes, question.name.c_str())
                            : ssl.X509_VERIFY_PARAM_set1_host(wishes, question.name.c_str(), question.name.size());
      if (named == 1) {
        const int valid = ssl.X509_verify_cert(context.get());
        const int error = ssl.X509_STORE_CTX_get_error(context.get());
        verdict = valid == 1 ? 0 : error == 0 ? kUnreadableCertificate : error;
      }
    }
  }
  // The context refers to the store and to the stack: it goes first.
  context.reset();
  // The errors of this judgement must not be found by the next call of Node into OpenSSL.
  ssl.ERR_clear_error();
  return verdict;
}
