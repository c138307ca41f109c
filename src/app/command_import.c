#include "app/commands.h"
#include "app/progress.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/import.h"

#include <stdio.h>

typedef struct watch {
    llr_meter_t meter;
    double started;
} watch_t;

static bool show(void *argument, int64_t done, int64_t rows)
{
    watch_t *watch = argument;
    char words[80];
    double seconds = llr_clock_seconds() - watch->started;
    snprintf(words, sizeof words, "%lld of %lld rows", (long long)done, (long long)rows);
    llr_meter_draw(&watch->meter, seconds, (double)done / (double)rows, words);
    return llr_signals_stop();
}

static void print_split(const llr_source_t *made)
{
    int64_t rows[LLR_PARTS] = {0};
    for (int64_t i = 0; made->split && i < made->rows; i++) rows[made->split[i]]++;
    if (made->split)
        printf("; %lld pool, %lld validation, %lld test\n", (long long)rows[0], (long long)rows[1],
               (long long)rows[2]);
    else
        printf("; no split: a job has to make one\n");
}

static void print_made(const llr_source_t *made)
{
    char bytes[LLR_NUMBER_TEXT];
    double size = (double)(made->rows * made->dim * llr_dtype_size(made->type));
    printf("%s: %lld rows x %lld columns, %s, %s; %d classes", made->path, (long long)made->rows,
           (long long)made->dim, llr_dtype_name(made->type), llr_bytes_text(size, bytes),
           made->classes);
    for (int32_t c = 0; made->class_name && c < made->classes && c < 10; c++)
        printf("%s%s", c ? ", " : " (", made->class_name[c]);
    if (made->class_name) printf("%s)", made->classes > 10 ? ", ..." : "");
    if (made->groups) printf(", %d groups", made->groups);
    print_split(made);
}

static llr_code_t check_options(const llr_options_t *options, llr_error_t *error)
{
    if (!options->features)
        return llr_fail(error, LLR_INVALID, "import: --features FILE is needed");
    if (!options->output)
        return llr_fail(error, LLR_INVALID, "import: --output FILE is needed: where to write");
    if (options->split && options->fractions.count)
        return llr_fail(error, LLR_INVALID, "import: --split and --fractions exclude each other");
    if (llr_options_given(options, (const char *const[]){"--seed", NULL}) &&
        !options->fractions.count)
        return llr_fail(error, LLR_INVALID, "import: --seed is for a split by --fractions");
    return LLR_OK;
}

llr_code_t llr_command_import(const llr_options_t *options, llr_error_t *error)
{
    LLR_TRY(check_options(options, error));
    watch_t watch = {llr_meter_create(options->quiet), llr_clock_seconds()};
    llr_import_t import = {.features = options->features,
                           .labels = options->labels,
                           .groups = options->groups,
                           .split = options->split,
                           .fractions = options->fractions.count ? options->fractions.value : NULL,
                           .seed = options->seed,
                           .single = options->single,
                           .force = options->force,
                           .output = options->output,
                           .progress = show,
                           .argument = &watch};
    llr_source_t made;
    llr_signals_catch();
    llr_code_t code = llr_import_run(&import, &made, error);
    llr_meter_end(&watch.meter);
    if (code == LLR_OK && !options->quiet) print_made(&made);
    llr_source_close(&made);
    return code;
}
