"""What Local Law 144 wants in public: the summary of results, notices to candidates and employees, answers on data."""
