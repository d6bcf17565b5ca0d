#include "openssl.h"

#include <dlfcn.h>

namespace openssl {

namespace {

template <typename Function>
bool Find(const char* name, Function* out) {
  *out = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return *out != nullptr;
}

bool FindAll(CipherFunctions* all) {
#define FIND(name) Find(#name, &all->name)
  return FIND(EVP_CIPHER_CTX_new) && FIND(EVP_CIPHER_CTX_free) && FIND(EVP_CIPHER_CTX_set_padding) &&
         FIND(EVP_aes_128_cbc) && FIND(EVP_aes_128_ctr) && FIND(EVP_EncryptInit_ex) && FIND(EVP_EncryptUpdate);
#undef FIND
}

bool FindAll(Functions* all) {
#define FIND(name) Find(#name, &all->name)
  return FIND(BIO_new_mem_buf) && FIND(BIO_free) && FIND(PEM_read_bio_X509) && FIND(d2i_X509) && FIND(X509_free) &&
         FIND(OPENSSL_sk_new_null) && FIND(OPENSSL_sk_push) && FIND(OPENSSL_sk_free) && FIND(X509_STORE_new) &&
         FIND(X509_STORE_add_cert) && FIND(X509_STORE_free) && FIND(X509_STORE_CTX_new) && FIND(X509_STORE_CTX_init) &&
         FIND(X509_STORE_CTX_set_default) && FIND(X509_STORE_CTX_get0_param) && FIND(X509_STORE_CTX_get_error) &&
         FIND(X509_STORE_CTX_free) && FIND(X509_VERIFY_PARAM_set_time) && FIND(X509_VERIFY_PARAM_set1_host) &&
         FIND(X509_VERIFY_PARAM_set_hostflags) && FIND(X509_VERIFY_PARAM_set1_ip_asc) && FIND(X509_verify_cert) &&
         FIND(ERR_clear_error);
#undef FIND
}

}  // namespace

const Functions* Load() {
  static Functions functions;
  static const bool found = FindAll(&functions);
  return found ? &functions : nullptr;
}

const CipherFunctions* LoadCiphers() {
  static CipherFunctions functions;
  static const bool found = FindAll(&functions);
  return found ? &functions : nullptr;
}

}  // namespace openssl
