/* The tables of keys as help shows them. */
#include "model/job_parts.h"

bool llr_job_key_help(int64_t index, llr_key_help_t *out)
{
    const struct {
        const char *owner;
        const llr_yaml_key_t *key;
        int64_t keys;
    } tables[] = {{"a job file", llr_job_keys, llr_job_key_count},
                  {"an entry of datasets", llr_dataset_keys, llr_dataset_key_count},
                  {"synthetic", llr_synthetic_keys, llr_synthetic_key_count}};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; index -= tables[t++].keys) {
        if (index >= tables[t].keys) continue;
        const llr_yaml_key_t *key = &tables[t].key[index];
        *out = (llr_key_help_t){tables[t].owner, key->name,     key->standard,
                                key->help,       key->required, index == 0};
        return true;
    }
    return false;
}

void llr_key_help_meaning(const llr_key_help_t *key, llr_text_t *out)
{
    llr_text_add(out, "%s", key->help);
    if (key->standard) llr_text_add(out, " [%s]", key->standard);
    if (key->required) llr_text_add(out, " (required)");
}

void llr_job_help(llr_text_t *out)
{
    llr_key_help_t key;
    for (int64_t k = 0; llr_job_key_help(k, &key); k++) {
        if (key.is_first) llr_text_add(out, "%sKeys of %s [default]:\n", k ? "\n" : "", key.owner);
        llr_text_add(out, "  %-16s ", key.name);
        llr_key_help_meaning(&key, out);
        llr_text_add(out, "\n");
    }
}
