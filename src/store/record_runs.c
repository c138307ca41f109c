/* Who solved the units of a folder: a line a run in its job.yaml. */
#include "store/record.h"
#include "store/record_parts.h"

#include <string.h>

static const char MARK[] = "# run: ";

static const char *value_of(const llr_provenance_t *provenance, const char *key)
{
    for (int64_t i = 0; i < provenance->count; i++)
        if (!strcmp(provenance->key[i], key)) return provenance->value[i];
    return "?";
}

void llr_record_run_line(const llr_provenance_t *provenance, llr_text_t *out)
{
    static const char *const other[] = {"version", "git", "ranks", "host", "started"};
    llr_text_add(out, "%skernel %s, vectors %s", MARK, value_of(provenance, "blas_kernel"),
                 value_of(provenance, "vectors"));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        llr_text_add(out, "%s %s %s", i ? "," : ";", other[i], value_of(provenance, other[i]));
    llr_text_add(out, "\n");
}

bool llr_record_is_run_line(const char *line)
{
    return !strncmp(line, MARK, strlen(MARK));
}

void llr_record_runs(const char *folder, llr_text_t *out)
{
    llr_text_t text = {0};
    llr_record_read(folder, &text);
    for (const char *line = text.data; line && *line;) {
        size_t length = strcspn(line, "\n");
        if (llr_record_is_run_line(line)) {
            llr_text_add_bytes(out, line, (int64_t)length);
            llr_text_add(out, "\n");
        }
        line += length + (line[length] == '\n');
    }
    llr_text_destroy(&text);
}

/* Appends a kernel that the list does not have yet, "; " in between; whether it did. */
static bool add_kernel(llr_text_t *list, const char *kernel, size_t length)
{
    for (const char *at = list->data; at && *at; at += strspn(at, "; ")) {
        size_t its = strcspn(at, ";");
        if (its == length && !memcmp(at, kernel, length)) return false;
        at += its;
    }
    if (list->length) llr_text_add(list, "; ");
    llr_text_add_bytes(list, kernel, (int64_t)length);
    return true;
}

int64_t llr_record_kernels(const char *folder, llr_text_t *out)
{
    llr_text_t runs = {0}, list = {0};
    int64_t count = 0;
    llr_record_runs(folder, &runs);
    for (const char *line = runs.data; line && *line; line += strcspn(line, "\n") + 1)
        count += add_kernel(&list, line + strlen(MARK), strcspn(line + strlen(MARK), ";\n"));
    if (list.data) llr_text_add(out, "%s", list.data);
    llr_text_destroy(&runs);
    llr_text_destroy(&list);
    return count;
}
